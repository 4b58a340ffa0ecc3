import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerDescription } from '../../../../tracer/containers/find-record.ts';
import { createRollFile, type RollFile } from '../../../../tracer/containers/roll-file.ts';
import { createRoll, MAX_REMEMBERED } from '../../../../tracer/containers/roll.ts';
import { TemporaryTree } from '../../../temporary-tree.ts';

const UID = '3f1f9c1e-5f0e-4b52-9d6c-0123456789ab';
const id = (nr: number): string => nr.toString(16).padStart(64, '0');
const app: ContainerDescription = { name: 'app', kind: 'container', runtime: 'runc' };

function fileIn(tree: TemporaryTree): RollFile {
  return createRollFile(join(tree.root, 'run'), UID, (error) => assert.fail(String(error)));
}

describe('what a tracer knows of containers', () => {
  it('outlives it', () => {
    using tree = new TemporaryTree();
    const first = createRoll(() => app, fileIn(tree));
    first.notice([id(1)]);
    first.describe(id(2));
    const second = createRoll(() => undefined, fileIn(tree));
    assert.deepEqual([second.describe(id(1)), second.describe(id(2))], [app, app]);
    assert.equal(second.describe(id(3)).kind, 'unknown');
  });

  it('is forgotten for good, one by one or as a whole, and leaves nothing', () => {
    using tree = new TemporaryTree();
    const roll = createRoll(() => app, fileIn(tree));
    roll.notice([id(1), id(2)]);
    roll.forget([id(1), id(7)]);
    assert.deepEqual([...fileIn(tree).read().keys()], [id(2)]);
    roll.discard();
    assert.deepEqual(readdirSync(join(tree.root, 'run')), []);
    assert.equal(fileIn(tree).read().size, 0);
    roll.discard();
  });

  it('is written only when it grows or shrinks', () => {
    let writes = 0;
    const file: RollFile = { read: () => new Map(), write: () => (writes += 1), remove: () => undefined };
    const roll = createRoll((containerId) => (containerId === id(9) ? undefined : app), file);
    roll.notice([id(1), id(2), id(9)]);
    for (let looks = 0; looks < 100; looks += 1) roll.notice([id(1), id(2), id(9)]);
    roll.describe(id(9));
    roll.forget([id(9)]);
    assert.equal(writes, 1);
  });

  it('is bounded, and can be read back at its largest', () => {
    using tree = new TemporaryTree();
    const longest = { name: 'n'.repeat(63), kind: 'container', runtime: 'r'.repeat(128) } as const;
    const roll = createRoll(() => longest, fileIn(tree));
    const all = Array.from({ length: MAX_REMEMBERED + 10 }, (_, nr) => id(nr));
    roll.notice(all);
    assert.deepEqual([...fileIn(tree).read().keys()], all.slice(10));
  });

  for (const [what, text] of [
    ['cut off', '{"version":1,"containers":{"'],
    ['of another version', JSON.stringify({ version: 2, containers: {} })],
    ['with an ID that is none', JSON.stringify({ version: 1, containers: { '../x': app } })],
    ['with a kind that is none', JSON.stringify({ version: 1, containers: { [id(1)]: { ...app, kind: 'pod' } } })],
    ['too large', ' '.repeat(600 * 1024)],
  ] as const) {
    it(`is nothing where the file is ${what}, and is written anew`, () => {
      using tree = new TemporaryTree();
      tree.file(`run/containers-${UID}.json`, text);
      const roll = createRoll(() => app, fileIn(tree));
      roll.notice([id(2)]);
      assert.deepEqual([...fileIn(tree).read()], [[id(2), app]]);
    });
  }

  it('is kept in memory alone where it cannot be written, which is said', () => {
    using tree = new TemporaryTree();
    tree.file('run', 'in the way');
    const troubles: unknown[] = [];
    const roll = createRoll(
      () => app,
      createRollFile(join(tree.root, 'run'), UID, (error) => troubles.push(error)),
    );
    roll.notice([id(1)]);
    assert.equal(roll.describe(id(1)).name, 'app');
    assert.equal(troubles.length, 1);
  });

  it('replaces what a tracer that was killed while it wrote has left', () => {
    using tree = new TemporaryTree();
    mkdirSync(join(tree.root, 'run'));
    writeFileSync(join(tree.root, `run/containers-${UID}.json.new`), '{"vers');
    createRoll(() => app, fileIn(tree)).notice([id(1)]);
    assert.deepEqual(readdirSync(join(tree.root, 'run')), [`containers-${UID}.json`]);
  });
});
