import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRun } from '../../results.ts';
import { mochaOptions } from '../../suites.ts';
import { TemporaryTree } from '../../temporary-tree.ts';

const SKIP = join(import.meta.dirname, '../../skip.ts');
const SUITE = `
import { skipBecause } from ${JSON.stringify(SKIP)};
describe('a suite', () => {
  it('passes', () => {});
  it('fails', () => { throw new Error('on purpose'); });
  it('is skipped', function () { skipBecause(this, 'no moon'); });
  it('is skipped in silence', function () { this.skip(); });
  it('kills mocha', () => { process.kill(process.pid, 'SIGKILL'); });
});`;

describe('what the tests of a run did', () => {
  it('is written test by test: a run that is killed leaves it, and the test that it was at', () => {
    using tree = new TemporaryTree();
    const [suite, file] = [join(tree.root, 'some.test.ts'), join(tree.root, 'results.jsonl')];
    writeFileSync(suite, SUITE);
    spawnSync('mocha', [...mochaOptions(10_000), suite], { env: { ...process.env, FLAK_TEST_RESULTS: file } });
    const { tests, running, ended } = readRun(file);
    assert.deepEqual(
      tests.map(({ title, state, figures }) => [title, state, ...figures]),
      [
        ['a suite passes', 'passed'],
        ['a suite fails', 'failed'],
        ['a suite is skipped', 'skipped', 'skipped: no moon'],
        ['a suite is skipped in silence: skipped without a reason', 'failed'],
      ],
    );
    assert.deepEqual({ running, ended }, { running: 'a suite kills mocha', ended: false });
    appendFileSync(file, '{"result":{"file":"cut sho');
    assert.equal(readRun(file).tests.length, 4);
  });

  it('is nothing, and not ended, of a run that never began', () => {
    assert.deepEqual(readRun('/nowhere/at-all'), { tests: [], running: undefined, ended: false });
  });
});
