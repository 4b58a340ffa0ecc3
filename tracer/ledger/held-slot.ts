/** A joined slot in its tracer's hands. */
import type { Slot } from './ledger.ts';
import { closeInnerMaps } from './inner-maps.ts';
import { withLock } from './lock.ts';
import { closePins } from './pins.ts';
import { forget, missesOf, readCounters, readSlot } from './read-slot.ts';
import { changesOf } from './reading.ts';
import type { JoinDeps } from './shared-node.ts';
import { isCgroupGone, leaveNode } from './shared-node.ts';
import { holdSlotLock } from './slot-lock.ts';
import type { HeldSlot, SlotDeps } from './slots.ts';
import { markServing } from './slots.ts';

export interface JoinedSlot extends Slot {
  /** Closes what is open here; the slot goes on recording. */
  close(): void;
}

/** To be called under the lock. */
export function holdSlot(deps: JoinDeps, slotDeps: SlotDeps, held: HeldSlot, resumed: boolean): JoinedSlot {
  const { bpf, kernel, lockFile } = deps;
  const releaseLock = holdSlotLock(lockFile, kernel, held.index);
  let isOpen = true;
  const closeOwn = (): void => {
    closeInnerMaps(slotDeps, held.inner);
    releaseLock();
    isOpen = false;
  };
  const whileOpen = (work: () => void | Promise<void>): Promise<void> =>
    withLock(lockFile, kernel, async () => {
      if (isOpen) await work();
    });
  return {
    armedAtBootNs: held.armedNs,
    resumed,
    changes: () => changesOf(readCounters(slotDeps, held.index), missesOf(slotDeps, held)),
    read: () => readSlot(slotDeps, held),
    markServing: (cgroupIds) => whileOpen(() => markServing(slotDeps, held, cgroupIds)),
    free: (cgroupIds) =>
      whileOpen(() => {
        forget(slotDeps, held, new Set(cgroupIds.filter((id) => isCgroupGone(deps, id))));
      }),
    leave: () =>
      whileOpen(() => {
        closeOwn();
        return leaveNode(deps, slotDeps, held.index);
      }),
    close: () => {
      if (!isOpen) return;
      closeOwn();
      closePins(bpf, slotDeps.pins);
    },
  };
}
