import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { createRollFile } from '../../../tracer/containers/roll-file.ts';
import { createGate } from '../../../tracer/gate/gate.ts';
import { sweepLeftovers } from '../../../tracer/sweep.ts';
import { TemporaryTree } from '../../temporary-tree.ts';

const ALIVE = '3f1f9c1e-5f0e-4b52-9d6c-0123456789ab';
const GONE = '4f1f9c1e-5f0e-4b52-9d6c-0123456789ab';
const UNOPENED = '5f1f9c1e-5f0e-4b52-9d6c-0123456789ab';
const NOW = new Date();
const YESTERDAY = new Date(NOW.getTime() - 25 * 3_600_000);

function setUp(tree: TemporaryTree) {
  const places = {
    gateRoot: join(tree.root, 'gates'),
    rollRoot: join(tree.root, 'names'),
    falcoRoot: join(tree.root, 'falco'),
    linesRoot: join(tree.root, 'lines'),
  };
  const left = (directory: string): string[] => readdirSync(directory).sort();
  return { ...places, places, gates: () => left(places.gateRoot), rolls: () => left(places.rollRoot) };
}

function writeRoll(rollRoot: string, podUid: string): void {
  createRollFile(rollRoot, podUid, (error) => assert.fail(String(error))).write(new Map());
}

describe('sweeping', () => {
  it('removes the gates of pods that are gone, opened or not, and nothing else', () => {
    using tree = new TemporaryTree();
    const { places, gateRoot, gates } = setUp(tree);
    createGate(gateRoot, ALIVE).open();
    createGate(gateRoot, GONE).open();
    mkdirSync(join(gateRoot, UNOPENED));
    mkdirSync(join(gateRoot, 'something-else'));
    sweepLeftovers(places, NOW, () => new Set([ALIVE]));
    assert.deepEqual(gates(), [ALIVE, 'something-else']);
    assert.notEqual(createGate(gateRoot, ALIVE).openedAt(), null);
  });

  it('removes the names of containers of pods that have been gone for long', () => {
    using tree = new TemporaryTree();
    const { places, rollRoot, rolls } = setUp(tree);
    for (const podUid of [ALIVE, GONE, UNOPENED]) writeRoll(rollRoot, podUid);
    for (const podUid of [ALIVE, GONE]) utimesSync(join(rollRoot, `containers-${podUid}.json`), YESTERDAY, YESTERDAY);
    sweepLeftovers(places, NOW, () => new Set([ALIVE]));
    assert.deepEqual(rolls(), [`containers-${ALIVE}.json`, `containers-${UNOPENED}.json`]);
  });

  it('removes lines that nobody will upload any more', () => {
    using tree = new TemporaryTree();
    const { places } = setUp(tree);
    for (const podUid of [ALIVE, GONE, UNOPENED]) tree.file(`lines/${podUid}/state.json`, '{}');
    for (const podUid of [ALIVE, GONE]) utimesSync(join(places.linesRoot, podUid), YESTERDAY, YESTERDAY);
    sweepLeftovers(places, NOW, () => new Set([ALIVE]));
    assert.deepEqual(readdirSync(places.linesRoot).sort(), [ALIVE, UNOPENED]);
  });

  it('leaves a directory that somebody else put something into', () => {
    using tree = new TemporaryTree();
    const { places, gateRoot, gates } = setUp(tree);
    mkdirSync(join(gateRoot, GONE, 'theirs'), { recursive: true });
    sweepLeftovers(places, NOW, () => new Set([ALIVE]));
    assert.deepEqual(gates(), [GONE]);
  });

  it('lists first and looks for the pods then: a pod that comes in between keeps its gate', () => {
    using tree = new TemporaryTree();
    const { places, gateRoot, gates } = setUp(tree);
    mkdirSync(join(gateRoot, GONE), { recursive: true });
    sweepLeftovers(places, NOW, () => {
      mkdirSync(join(gateRoot, UNOPENED));
      return new Set([ALIVE]);
    });
    assert.deepEqual(gates(), [UNOPENED]);
  });

  it('touches nothing where it cannot be known who is gone', () => {
    using tree = new TemporaryTree();
    const { places, gateRoot, gates } = setUp(tree);
    mkdirSync(join(gateRoot, GONE), { recursive: true });
    sweepLeftovers(places, NOW, () => undefined);
    // Not even the tracer's own pod has a cgroup: pods have none on this node.
    sweepLeftovers(places, NOW, () => new Set());
    assert.deepEqual(gates(), [GONE]);
  });

  it('has nothing to do where nothing was left', () => {
    using tree = new TemporaryTree();
    sweepLeftovers(setUp(tree).places, NOW, () => assert.fail());
  });
});
