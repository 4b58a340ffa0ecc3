import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createGate } from '../../../../tracer/gate/gate.ts';
import { sweepGates } from '../../../../tracer/gate/sweep-gates.ts';
import { TemporaryTree } from '../../../temporary-tree.ts';

const ALIVE = '3f1f9c1e-5f0e-4b52-9d6c-0123456789ab';
const GONE = '4f1f9c1e-5f0e-4b52-9d6c-0123456789ab';

describe('sweeping gates', () => {
  it('removes the directories of pods that are gone, opened or not, and nothing else', () => {
    using tree = new TemporaryTree();
    createGate(tree.root, ALIVE).open();
    createGate(tree.root, GONE).open();
    mkdirSync(join(tree.root, GONE.replace('4f', '5f')));
    mkdirSync(join(tree.root, 'something-else'));
    sweepGates(tree.root, (podUid) => podUid !== ALIVE);
    assert.deepEqual(readdirSync(tree.root).sort(), [ALIVE, 'something-else']);
    assert.notEqual(createGate(tree.root, ALIVE).openedAt(), null);
  });

  it('leaves a directory that somebody else put something into', () => {
    using tree = new TemporaryTree();
    mkdirSync(join(tree.root, GONE, 'theirs'), { recursive: true });
    sweepGates(tree.root, () => true);
    assert.deepEqual(readdirSync(tree.root), [GONE]);
  });

  it('looks at no more than a hundred at a time', () => {
    using tree = new TemporaryTree();
    const uid = (nr: number): string => `${String(nr).padStart(8, '0')}-0000-4000-8000-000000000000`;
    for (let nr = 0; nr < 120; nr++) mkdirSync(join(tree.root, uid(nr)));
    sweepGates(tree.root, () => true);
    assert.equal(readdirSync(tree.root).length, 20);
  });

  it('has nothing to do where no gate ever was', () => {
    using tree = new TemporaryTree();
    sweepGates(join(tree.root, 'gates'), () => assert.fail());
  });
});
