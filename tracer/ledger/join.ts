/** One tracer's membership of the ledger, from join to leave. */
import { rmSync } from 'node:fs';
import { release } from 'node:os';
import type { RefusedResult, Slot, SlotReading, Target } from './ledger.ts';
import type { Kernel } from './kernel.ts';
import type { Bpf } from './libbpf.ts';
import { BpfError } from './libbpf.ts';
import { chooseSlot, planSweep } from './directory.ts';
import type { SlotEntry } from './layout.ts';
import * as layout from './layout.ts';
import { withLock } from './lock.ts';
import { readMemlockLimit } from './node.ts';
import type { Maps } from './pins.ts';
import { arePinned, closePins, openPins, removePins } from './pins.ts';
import { changesOf, toReading } from './reading.ts';
import { listRunning } from './running.ts';
import { refuseLoad } from './refusal.ts';
import type { HeldSlot, SlotDeps } from './slots.ts';
import { arm, disarm, prepareFresh, readDirectory, readEntry, writeEntry } from './slots.ts';

export interface JoinDeps {
  readonly bpf: Bpf;
  readonly kernel: Kernel;
  /** On a BPF file system. */
  readonly pinRoot: string;
  readonly lockFile: string;
  readonly objectFile: string;
  readonly cgroupRoot: string;
}

export interface JoinedSlot extends Slot {
  /** Closes what is open here; the slot goes on recording. */
  close(): void;
}

const NO_CGROUP: RefusedResult = {
  kind: 'refused',
  refusal: 'pod-cgroup-not-found',
  detail: 'the pod has neither a cgroup nor a slot of an earlier tracer',
};

/** Under the lock, where no slot is in use. No lock file stays either: lock.ts knows when one is gone. */
function clearNode({ pinRoot, lockFile }: JoinDeps): void {
  removePins(pinRoot);
  rmSync(lockFile, { force: true });
}

/** Opens or loads what the node shares. An error that speaks of the node becomes a refusal. */
function openNode(deps: JoinDeps): { kind: 'ok'; maps: Maps } | RefusedResult {
  const { bpf, pinRoot, objectFile } = deps;
  try {
    return { kind: 'ok', maps: openPins(bpf, pinRoot, objectFile) };
  } catch (error) {
    if (!arePinned(pinRoot)) clearNode(deps);
    const refused = error instanceof BpfError ? refuseLoad(error, release(), readMemlockLimit()) : null;
    if (refused === null) throw error;
    return { kind: 'refused', ...refused };
  }
}

/** Under the lock. The last one out switches off the light. */
function closeNode(deps: JoinDeps, slotDeps: SlotDeps): void {
  const isEmpty = !readDirectory(slotDeps).some((entry) => entry.inUse);
  closePins(deps.bpf, slotDeps.maps);
  if (isEmpty) clearNode(deps);
}

function sweep(deps: JoinDeps, slotDeps: SlotDeps, podUid: string): void {
  const isGone = (id: bigint): boolean => deps.kernel.inCgroup(deps.cgroupRoot, id, () => true) === null;
  for (const step of planSweep(readDirectory(slotDeps), podUid, isGone, slotDeps.bootNs())) {
    if (step.kind === 'remove') disarm(slotDeps, step.index);
    else writeEntry(slotDeps, step.index, { ...readEntry(slotDeps, step.index), goneSinceNs: step.goneSinceNs });
  }
}

interface Claim {
  readonly kind: 'claimed';
  readonly index: number;
  readonly entry: SlotEntry;
  readonly resumed: boolean;
}

/** The slot's entry as it shall be: the one found, with any new cgroups, or a fresh one. */
function claim(slotDeps: SlotDeps, podUid: string, cgroupIds: readonly bigint[]): Claim | RefusedResult {
  const choice = chooseSlot(readDirectory(slotDeps), podUid);
  if (choice.kind === 'resume') {
    const found = readEntry(slotDeps, choice.index);
    const ids = [...new Set([...cgroupIds, ...found.cgroupIds])].slice(0, layout.CGROUPS_PER_SLOT);
    return {
      kind: 'claimed',
      index: choice.index,
      entry: { ...found, cgroupIds: ids, goneSinceNs: 0n },
      resumed: true,
    };
  }
  if (cgroupIds.length === 0) return NO_CGROUP;
  if (choice.kind === 'full') {
    return { kind: 'refused', refusal: 'no-free-slot', detail: `all ${layout.SLOTS} slots are in use` };
  }
  const entry = prepareFresh(slotDeps, choice.index, podUid, cgroupIds);
  return { kind: 'claimed', index: choice.index, entry, resumed: false };
}

function readCounters({ bpf, maps }: SlotDeps, index: number): layout.Counters {
  const bytes = Buffer.alloc(layout.SIZES.counters);
  bpf.lookup(maps.counters, layout.encodeIndex(index), bytes);
  return layout.decodeCounters(bytes);
}

function readSlot(slotDeps: SlotDeps, held: HeldSlot): SlotReading {
  const { bpf } = slotDeps;
  const { SIZES } = layout;
  const containerBytes = Buffer.alloc(SIZES.container);
  const rowBytes = Buffer.alloc(SIZES.row);
  const containers = bpf.keys(held.containers, SIZES.containerKey).map((key) => {
    bpf.lookup(held.containers, key, containerBytes);
    return [key.readBigUInt64LE(), layout.decodeContainer(containerBytes)] as const;
  });
  const rows = bpf.keys(held.rows, SIZES.rowKey).map((key) => {
    bpf.lookup(held.rows, key, rowBytes);
    return { key: layout.decodeRowKey(key), row: layout.decodeRow(rowBytes) };
  });
  return toReading({
    podCgroupIds: readEntry(slotDeps, held.index).cgroupIds,
    containers: new Map(containers),
    rows,
    counters: readCounters(slotDeps, held.index),
  });
}

function holdSlot(deps: JoinDeps, slotDeps: SlotDeps, held: HeldSlot, resumed: boolean): JoinedSlot {
  const { bpf, kernel } = deps;
  let isOpen = true;
  const closeOwn = (): void => {
    bpf.closeMap(held.rows);
    bpf.closeMap(held.containers);
    isOpen = false;
  };
  return {
    armedAtBootNs: held.armedNs,
    resumed,
    changes: () => changesOf(readCounters(slotDeps, held.index)),
    read: () => readSlot(slotDeps, held),
    leave: () =>
      withLock(deps.lockFile, kernel, () => {
        if (!isOpen) return;
        closeOwn();
        disarm(slotDeps, held.index);
        closeNode(deps, slotDeps);
      }),
    close: () => {
      if (!isOpen) return;
      closeOwn();
      closePins(bpf, slotDeps.maps);
    },
  };
}

/**
 * Joins under the lock. Whatever goes wrong, a node that had no program has none afterwards.
 * @throws RangeError on a malformed target; BpfError where the kernel has no memory for the slot
 */
export function joinSlot(deps: JoinDeps, target: Target): { kind: 'ok'; slot: JoinedSlot } | RefusedResult {
  const podUid = layout.normalizePodUid(target.podUid);
  const { length } = target.cgroupIds;
  if (length > layout.CGROUPS_PER_SLOT) throw new RangeError(`a pod has 4 cgroups at most, not ${length}`);
  if (length === 0 && !arePinned(deps.pinRoot)) {
    clearNode(deps);
    return NO_CGROUP;
  }
  const opened = openNode(deps);
  if (opened.kind === 'refused') return opened;
  const slotDeps: SlotDeps = {
    bpf: deps.bpf,
    maps: opened.maps,
    bootNs: () => deps.kernel.bootNs(),
    runningContainers: (id) => deps.kernel.inCgroup(deps.cgroupRoot, id, listRunning) ?? [],
  };
  let claimed: Claim | RefusedResult | undefined;
  try {
    sweep(deps, slotDeps, podUid);
    claimed = claim(slotDeps, podUid, target.cgroupIds);
    if (claimed.kind === 'refused') {
      closeNode(deps, slotDeps);
      return claimed;
    }
    const held = arm(slotDeps, claimed.index, claimed.entry);
    return { kind: 'ok', slot: holdSlot(deps, slotDeps, held, claimed.resumed) };
  } catch (error) {
    if (claimed?.kind === 'claimed' && !claimed.resumed) disarm(slotDeps, claimed.index);
    closeNode(deps, slotDeps);
    throw error;
  }
}
