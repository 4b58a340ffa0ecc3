import assert from 'node:assert/strict';
import { ORPHAN_GRACE_NS, chooseSlot, planSweep } from '../../../../tracer/ledger/directory.ts';
import type { SlotEntry } from '../../../../tracer/ledger/layout.ts';

const FREE: SlotEntry = {
  podUid: '',
  cgroupIds: [],
  armedNs: 0n,
  goneSinceNs: 0n,
  missesBefore: 0n,
  slotGeneration: 0,
  inUse: false,
};

function used(podUid: string, changes: Partial<SlotEntry> = {}): SlotEntry {
  return { ...FREE, podUid, cgroupIds: [1n], armedNs: 1n, slotGeneration: 1, inUse: true, ...changes };
}

describe('the choice of a slot', () => {
  it('finds a pod’s own slot again', () => {
    const own = used('b');
    assert.deepEqual(chooseSlot([FREE, used('a'), own], 'b'), { kind: 'resume', index: 2, entry: own });
  });

  it('does not take the slot that a pod has left for its own', () => {
    assert.deepEqual(chooseSlot([used('a'), { ...FREE, podUid: 'b' }], 'b'), { kind: 'free', index: 1 });
  });

  it('takes the free slot that was left longest ago', () => {
    const left = [8, 3, 5].map((slotGeneration) => ({ ...FREE, slotGeneration }));
    assert.deepEqual(chooseSlot([used('a'), ...left], 'b'), { kind: 'free', index: 2 });
  });

  it('is full when every slot is in use', () => {
    assert.deepEqual(chooseSlot([used('a'), used('b')], 'c'), { kind: 'full' });
  });
});

describe('the sweep of slots that nobody will come back for', () => {
  const isGone = (id: bigint): boolean => id >= 100n;
  const plan = (entry: SlotEntry, nowNs: bigint, isHeld = false): unknown =>
    planSweep([entry], 'own', { isGone, isHeld: () => isHeld, nowNs });

  it('leaves a pod alone while one of its cgroups is there', () => {
    assert.deepEqual(plan(used('a', { cgroupIds: [100n, 1n] }), 10n ** 18n), []);
  });

  it('only marks a slot when its cgroups are first found gone, however old it is', () => {
    assert.deepEqual(plan(used('a', { cgroupIds: [100n] }), 10n ** 18n), [
      { kind: 'mark', index: 0, goneSinceNs: 10n ** 18n },
    ]);
  });

  it('removes a slot an hour after it was marked, not before', () => {
    const marked = used('a', { cgroupIds: [100n], goneSinceNs: 50n });
    assert.deepEqual(plan(marked, 50n + ORPHAN_GRACE_NS - 1n), []);
    assert.deepEqual(plan(marked, 50n + ORPHAN_GRACE_NS), [{ kind: 'remove', index: 0 }]);
  });

  it('takes the mark away when a cgroup is there after all', () => {
    assert.deepEqual(plan(used('a', { goneSinceNs: 50n }), 10n ** 18n), [{ kind: 'mark', index: 0, goneSinceNs: 0n }]);
  });

  it('leaves a slot alone whose tracer lives, even one marked long ago by whom the tracer’s death had misled', () => {
    assert.deepEqual(plan(used('a', { cgroupIds: [100n] }), 10n ** 18n, true), []);
    const marked = used('a', { cgroupIds: [100n], goneSinceNs: 50n });
    assert.deepEqual(plan(marked, 10n ** 18n, true), [{ kind: 'mark', index: 0, goneSinceNs: 0n }]);
  });

  it('never touches the joiner’s own slot, nor a free one', () => {
    assert.deepEqual(plan(used('own', { cgroupIds: [100n], goneSinceNs: 1n }), 10n ** 18n), []);
    assert.deepEqual(plan({ ...FREE, cgroupIds: [100n], goneSinceNs: 1n }, 10n ** 18n), []);
  });
});
