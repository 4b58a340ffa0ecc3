/** Taking a slot: sweep what nobody will come back for, choose, arm. Everything here runs under the lock. */
import type { RefusedResult, Target } from './ledger.ts';
import type { Sweep } from './directory.ts';
import { chooseSlot, planSweep } from './directory.ts';
import type { JoinedSlot } from './held-slot.ts';
import { holdSlot } from './held-slot.ts';
import type { SlotEntry } from './layout.ts';
import * as layout from './layout.ts';
import { arePinned } from './pin-places.ts';
import { closePins } from './pins.ts';
import { listRunning } from './running.ts';
import type { JoinDeps } from './shared-node.ts';
import { clearNode, closeNode, isCgroupGone, openNode } from './shared-node.ts';
import { askSlotLocks } from './slot-lock.ts';
import type { SlotDeps } from './slots.ts';
import { arm, disarm, prepareFresh, readDirectory, removeTarget, writeEntry } from './slots.ts';

const NO_CGROUP: RefusedResult = {
  kind: 'refused',
  refusal: 'pod-cgroup-not-found',
  detail: 'the pod has neither a cgroup nor a slot of an earlier tracer',
};

/** @returns the directory as it is afterwards */
async function sweep(deps: JoinDeps, slotDeps: SlotDeps, podUid: string): Promise<SlotEntry[]> {
  const isGone = (id: bigint): boolean => isCgroupGone(deps, id);
  const entries = readDirectory(slotDeps);
  const nowNs = slotDeps.bootNs();
  const steps = askSlotLocks(deps.lockFile, deps.kernel, (isHeld) =>
    planSweep(entries, podUid, { isGone, isHeld, nowNs }),
  );
  for (const step of steps) {
    const entry = entries[step.index];
    if (entry) entries[step.index] = await take(slotDeps, step, entry);
  }
  return entries;
}

async function take(slotDeps: SlotDeps, step: Sweep, entry: SlotEntry): Promise<SlotEntry> {
  if (step.kind === 'remove') return disarm(slotDeps, step.index, entry);
  const marked = { ...entry, goneSinceNs: step.goneSinceNs };
  writeEntry(slotDeps, step.index, marked);
  return marked;
}

interface Claim {
  readonly kind: 'claimed';
  readonly index: number;
  readonly entry: SlotEntry;
  readonly resumed: boolean;
}

/**
 * The slot's entry as it shall be: the one found, with any new cgroups, or a fresh one. One that was never armed, or half given up, holds
 * nothing that was promised to anyone: it is begun anew.
 */
async function claim(
  slotDeps: SlotDeps,
  podUid: string,
  cgroupIds: readonly bigint[],
  entries: readonly SlotEntry[],
): Promise<Claim | RefusedResult> {
  const choice = chooseSlot(entries, podUid);
  if (choice.kind === 'resume') {
    const { index, entry } = choice;
    if (entry.armedNs !== layout.NOT_ARMED) return resume(slotDeps, index, entry, cgroupIds);
    const freed = await disarm(slotDeps, index, entry);
    return claim(slotDeps, podUid, cgroupIds, entries.with(index, freed));
  }
  if (cgroupIds.length === 0) return NO_CGROUP;
  if (choice.kind === 'full') {
    return { kind: 'refused', refusal: 'no-free-slot', detail: `all ${layout.SLOTS} slots are in use` };
  }
  const entry = prepareFresh(slotDeps, choice.index, podUid, cgroupIds);
  return { kind: 'claimed', index: choice.index, entry, resumed: false };
}

function resume(slotDeps: SlotDeps, index: number, found: SlotEntry, cgroupIds: readonly bigint[]): Claim {
  const all = [...new Set([...cgroupIds, ...found.cgroupIds])];
  const ids = all.slice(0, layout.CGROUPS_PER_SLOT);
  for (const id of all.slice(ids.length)) removeTarget(slotDeps, id); // or it would go on writing, and into another pod's slot one day
  return { kind: 'claimed', index, entry: { ...found, cgroupIds: ids, goneSinceNs: 0n }, resumed: true };
}

/**
 * Joins under the lock. Whatever goes wrong, a node that had no program has none afterwards.
 * @throws RangeError on a malformed target; BpfError where the kernel has no memory for the slot
 */
export async function joinSlot(
  deps: JoinDeps,
  target: Target,
): Promise<{ kind: 'ok'; slot: JoinedSlot } | RefusedResult> {
  const podUid = layout.normalizePodUid(target.podUid);
  const { length } = target.cgroupIds;
  if (length > layout.CGROUPS_PER_SLOT) throw new RangeError(`a pod has 4 cgroups at most, not ${length}`);
  if (length === 0 && !arePinned(deps.pinRoot)) {
    clearNode(deps);
    return NO_CGROUP;
  }
  const opened = await openNode(deps);
  if (opened.kind === 'refused') return opened;
  const slotDeps: SlotDeps = {
    bpf: deps.bpf,
    pins: opened.pins,
    bootNs: () => deps.kernel.bootNs(),
    runningContainers: (id) => deps.kernel.inCgroup(deps.cgroupRoot, id, listRunning) ?? [],
  };
  let claimed: Claim | RefusedResult | undefined;
  try {
    const entries = await sweep(deps, slotDeps, podUid);
    claimed = await claim(slotDeps, podUid, target.cgroupIds, entries);
    if (claimed.kind === 'refused') {
      closeNode(deps, slotDeps);
      return claimed;
    }
    const armed = await arm(slotDeps, claimed.index, claimed.entry, target.execHashes ?? [], opened.start);
    if (armed.kind === 'ok') return { kind: 'ok', slot: holdSlot(deps, slotDeps, armed.held, claimed.resumed) };
    closePins(deps.bpf, opened.pins);
    return armed;
  } catch (error) {
    if (claimed?.kind === 'claimed' && !claimed.resumed) await disarm(slotDeps, claimed.index, claimed.entry);
    closeNode(deps, slotDeps);
    throw error;
  } finally {
    opened.unload();
  }
}
