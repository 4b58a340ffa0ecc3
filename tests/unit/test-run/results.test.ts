import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRun } from '../../results.ts';
import { mochaOptions } from '../../suites.ts';
import { TemporaryTree } from '../../temporary-tree.ts';
import { within } from '../../within.ts';

const SKIP = join(import.meta.dirname, '../../skip.ts');
const SUITE = `
import { skipBecause, skipEvenInCi } from ${JSON.stringify(SKIP)};
describe('a suite', () => {
  it('passes', () => {});
  it('fails', () => { throw new Error('on purpose'); });
  it('is skipped', function () { skipBecause(this, 'no moon'); });
  it('is skipped in silence', function () { this.skip(); });
  it('is optional', function () { skipEvenInCi(this, 'no registry has it'); });
  it('kills mocha', () => { process.kill(process.pid, 'SIGKILL'); });
});`;

/** @returns where its results are */
function runSuite(tree: TemporaryTree, CI: string | undefined): string {
  const [suite, file] = [join(tree.root, 'some.test.ts'), join(tree.root, 'results.jsonl')];
  writeFileSync(suite, SUITE);
  spawnSync('mocha', [...mochaOptions(10_000), suite], {
    env: { ...process.env, CI, FLAK_TEST_RESULTS: file },
    ...within(25_000),
  });
  return file;
}

describe('what the tests of a run did', () => {
  it('is written test by test: a run that is killed leaves it, and the test that it was at', () => {
    using tree = new TemporaryTree();
    const file = runSuite(tree, undefined);
    const { tests, running, ended } = readRun(file);
    assert.deepEqual(
      tests.map(({ title, state, figures }) => [title, state, ...figures]),
      [
        ['a suite passes', 'passed'],
        ['a suite fails', 'failed'],
        ['a suite is skipped', 'skipped', 'skipped: no moon'],
        ['a suite is skipped in silence: skipped without a reason', 'failed'],
        ['a suite is optional', 'skipped', 'skipped: no registry has it'],
      ],
    );
    assert.deepEqual({ running, ended }, { running: 'a suite kills mocha', ended: false });
    appendFileSync(file, '{"result":{"file":"cut sho');
    assert.equal(readRun(file).tests.length, 5);
  });

  it('has a skipped test for a failed one in CI, but for one that needs what no registry has', () => {
    using tree = new TemporaryTree();
    const states = new Map(readRun(runSuite(tree, 'true')).tests.map(({ title, state }) => [title, state]));
    assert.equal(states.get('a suite is skipped'), 'failed');
    assert.equal(states.get('a suite is optional'), 'skipped');
  });

  it('is nothing, and not ended, of a run that never began', () => {
    assert.deepEqual(readRun('/nowhere/at-all'), { tests: [], running: undefined, ended: false });
  });
});
