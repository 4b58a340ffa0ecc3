/** Taking, resuming and giving up a slot. Everything here runs under the lock; the order of its steps is what makes it safe. */
import type { RunningContainer } from './running.ts';
import type { Bpf } from './libbpf.ts';
import type { Maps } from './pins.ts';
import type { SlotEntry } from './layout.ts';
import * as layout from './layout.ts';

/** What a tracer keeps open of its slot. */
export interface HeldSlot {
  readonly index: number;
  readonly rows: number;
  readonly containers: number;
  readonly armedNs: bigint;
}

export interface SlotDeps {
  readonly bpf: Bpf;
  readonly maps: Maps;
  readonly bootNs: () => bigint;
  /** The containers that run in a pod's cgroup now. */
  readonly runningContainers: (podCgroupId: bigint) => readonly RunningContainer[];
}

export function readEntry({ bpf, maps }: SlotDeps, index: number): SlotEntry {
  const bytes = Buffer.alloc(layout.SIZES.slot);
  bpf.lookup(maps.directory, layout.encodeIndex(index), bytes);
  return layout.decodeSlot(bytes);
}

export function readDirectory(deps: SlotDeps): SlotEntry[] {
  return Array.from({ length: layout.SLOTS }, (_, index) => readEntry(deps, index));
}

export function writeEntry({ bpf, maps }: SlotDeps, index: number, entry: SlotEntry): void {
  bpf.update(maps.directory, layout.encodeIndex(index), layout.encodeSlot(entry));
}

function readGeneration({ bpf, maps }: SlotDeps): bigint {
  const bytes = Buffer.alloc(layout.SIZES.generation);
  bpf.lookup(maps.generation, layout.encodeIndex(0), bytes);
  return bytes.readBigUInt64LE();
}

/** Voids every verdict the programs have cached. */
function bumpGeneration(deps: SlotDeps): void {
  deps.bpf.update(deps.maps.generation, layout.encodeIndex(0), layout.encodeU64(readGeneration(deps) + 1n));
}

/** The inner map at this place, or null. Reading an array of maps gives the id of the inner map. */
function openInner({ bpf }: SlotDeps, outer: number, index: number): number | null {
  const id = Buffer.alloc(layout.SIZES.index);
  return bpf.lookup(outer, layout.encodeIndex(index), id) ? bpf.openMapById(id.readUInt32LE()) : null;
}

/** The kernel answers only when no program is running that had not seen the change (maybe_wait_bpf_programs, since 4.20). */
function placeInner({ bpf }: SlotDeps, outer: number, index: number, inner: number): void {
  const descriptor = Buffer.alloc(layout.SIZES.index);
  descriptor.writeInt32LE(inner);
  bpf.update(outer, layout.encodeIndex(index), descriptor);
}

/** Places it even where it was there already: for the wait, which a resumed slot with a new cgroup needs as well. */
function openOrCreate(deps: SlotDeps, outer: number, index: number, create: () => number): number {
  const inner = openInner(deps, outer, index) ?? create();
  try {
    placeInner(deps, outer, index, inner);
  } catch (error) {
    deps.bpf.closeMap(inner);
    throw error;
  }
  return inner;
}

/** Says in a slot's counters that callers can't be told apart in one of its containers. */
function noteUnknownOrigin({ bpf, maps }: SlotDeps, index: number): void {
  const bytes = layout.encodeCounters({ firstSights: 0n, full: 0n, originUnknown: 1n, outOfRange: 0n });
  bpf.update(maps.counters, layout.encodeIndex(index), bytes);
}

/**
 * The map of a slot's containers, with those in it that run already: nothing else would tell the programs of one that
 * sleeps, and whoever joins such a container would be taken for a runtime setting it up.
 */
function createContainers(deps: SlotDeps, index: number, podCgroupIds: readonly bigint[]): number {
  const { SIZES, CONTAINERS } = layout;
  const map = deps.bpf.createHash('flak_containers', SIZES.containerKey, SIZES.container, CONTAINERS);
  const running = podCgroupIds.flatMap(deps.runningContainers).slice(0, CONTAINERS);
  for (const { cgroupId, name, mountNs } of running) {
    const row = { name, mountNs, firstSeenNs: deps.bootNs(), startedNs: 0n };
    deps.bpf.update(map, layout.encodeU64(cgroupId), layout.encodeContainer(row));
  }
  if (running.some(({ mountNs }) => mountNs === 0)) noteUnknownOrigin(deps, index);
  return map;
}

/**
 * Brings a slot from whatever state a crash left it in to armed. Targets come before the map of the rows, and that before the
 * generation: placing a map waits for all running programs, so a verdict made under the new generation knows the targets.
 * The slot's time comes last: whoever was met before it was there at arming.
 */
export function arm(deps: SlotDeps, index: number, entry: SlotEntry): HeldSlot {
  const { bpf, maps } = deps;
  const { SIZES } = layout;
  writeEntry(deps, index, entry);
  const containers = openOrCreate(deps, maps.containers, index, () => createContainers(deps, index, entry.cgroupIds));
  for (const id of entry.cgroupIds) {
    bpf.update(maps.targets, layout.encodeU64(id), layout.encodeTarget(index, entry.slotGeneration));
  }
  const rows = openOrCreate(deps, maps.rows, index, () =>
    bpf.createHash('flak_rows', SIZES.rowKey, SIZES.row, layout.ROWS),
  );
  bumpGeneration(deps);
  if (entry.armedNs !== layout.NOT_ARMED) return { index, rows, containers, armedNs: entry.armedNs };
  const armedNs = deps.bootNs();
  writeEntry(deps, index, { ...entry, armedNs });
  return { index, rows, containers, armedNs };
}

/** The entry of a new use of a free slot, and its counters at zero. */
export function prepareFresh(deps: SlotDeps, index: number, podUid: string, cgroupIds: readonly bigint[]): SlotEntry {
  const { bpf, maps } = deps;
  bpf.update(maps.counters, layout.encodeIndex(index), Buffer.alloc(layout.SIZES.counters));
  return {
    podUid,
    cgroupIds,
    armedNs: layout.NOT_ARMED,
    goneSinceNs: 0n,
    slotGeneration: Number((readGeneration(deps) + 1n) & 0xffff_ffffn),
    inUse: true,
  };
}

/**
 * Frees a slot. The generation is bumped before the inner maps go, and taking one away waits for all running programs:
 * none can still hold an old verdict when the slot is used again.
 */
export function disarm(deps: SlotDeps, index: number): void {
  const { bpf, maps } = deps;
  const entry = readEntry(deps, index);
  for (const id of entry.cgroupIds) bpf.remove(maps.targets, layout.encodeU64(id));
  bumpGeneration(deps);
  bpf.remove(maps.rows, layout.encodeIndex(index));
  bpf.remove(maps.containers, layout.encodeIndex(index));
  writeEntry(deps, index, {
    ...entry,
    podUid: '0'.repeat(32),
    cgroupIds: [],
    armedNs: 0n,
    goneSinceNs: 0n,
    inUse: false,
  });
}
