import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createGate, NO_GATE } from '../../../../tracer/gate/gate.ts';
import { TemporaryTree } from '../../../temporary-tree.ts';

const UID = '3f1f9c1e-5f0e-4b52-9d6c-0123456789ab';

describe('the gate of the hostPath medium', () => {
  it('opens by a file that anyone may see, whether the kubelet has made the directory or not', () => {
    for (const madeByKubelet of [true, false]) {
      using tree = new TemporaryTree();
      const root = join(tree.root, 'gates');
      if (madeByKubelet) mkdirSync(join(root, UID), { recursive: true });
      const gate = createGate(root, UID);
      assert.equal(gate.openedAt(), null);
      gate.open();
      const file = join(root, UID, 'open');
      assert.deepEqual(gate.openedAt(), statSync(file).mtime);
      assert.equal(statSync(file).mode & 0o444, 0o444);
      assert.equal(statSync(join(root, UID)).mode & 0o555, 0o555);
    }
  });

  it('stays open, since the same moment, when a successor opens it again', () => {
    using tree = new TemporaryTree();
    createGate(tree.root, UID).open();
    const openedAt = createGate(tree.root, UID).openedAt();
    createGate(tree.root, UID).open();
    assert.deepEqual(createGate(tree.root, UID).openedAt(), openedAt);
  });

  it('is opened no earlier than it was, by the clock that tells when everything else happened', () => {
    // A file's own time is that of the last tick: one opening of a hundred was early by it.
    for (let turn = 0; turn < 1000; turn += 1) {
      using tree = new TemporaryTree();
      const gate = createGate(tree.root, UID);
      const before = Date.now();
      gate.open();
      const openedAt = gate.openedAt()?.getTime() ?? NaN;
      assert.ok(before <= openedAt && openedAt <= Date.now(), `${before} ${openedAt}`);
    }
  });

  it('leaves nothing but the root behind, and can be removed twice', () => {
    using tree = new TemporaryTree();
    const gate = createGate(tree.root, UID);
    gate.open();
    gate.remove();
    assert.deepEqual(readdirSync(tree.root), []);
    gate.remove();
    assert.equal(gate.openedAt(), null);
  });

  it('follows no link that was put in the place of its directory', () => {
    using tree = new TemporaryTree();
    const elsewhere = tree.directory('elsewhere');
    const root = tree.directory('gates');
    symlinkSync(elsewhere, join(root, UID));
    assert.throws(() => {
      createGate(root, UID).open();
    });
    assert.deepEqual(readdirSync(elsewhere), []);
  });

  it('writes through no link that was put in the place of its file', () => {
    using tree = new TemporaryTree();
    const directory = tree.directory(`gates/${UID}`);
    const victim = join(tree.root, 'victim');
    symlinkSync(victim, join(directory, 'open'));
    createGate(join(tree.root, 'gates'), UID).open();
    assert.ok(!existsSync(victim));
  });

  it('is nothing with the other medium', () => {
    NO_GATE.open();
    assert.equal(NO_GATE.openedAt(), null);
    NO_GATE.remove();
  });
});
