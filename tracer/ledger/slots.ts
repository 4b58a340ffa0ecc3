/** Taking, resuming and giving up a slot. Everything here runs under the lock; the order of its steps is what makes it safe. */
import type { RefusedResult } from './ledger.ts';
import type { RunningContainer } from './running.ts';
import type { Bpf } from './libbpf.ts';
import type { Pins } from './pins.ts';
import type { SlotEntry } from './layout.ts';
import type { InnerMaps } from './inner-maps.ts';
import { closeInnerMaps, openInnerMaps, placeInner, removeInnerMaps } from './inner-maps.ts';
import * as layout from './layout.ts';

/** What a tracer keeps open of its slot. */
export interface HeldSlot {
  readonly index: number;
  readonly inner: InnerMaps;
  readonly armedNs: bigint;
  readonly missesBefore: bigint;
}

export interface SlotDeps {
  readonly bpf: Bpf;
  readonly pins: Pins;
  readonly bootNs: () => bigint;
  /** The containers that run in a pod's cgroup now. */
  readonly runningContainers: (podCgroupId: bigint) => readonly RunningContainer[];
}

export function readEntry({ bpf, pins: { maps } }: SlotDeps, index: number): SlotEntry {
  const bytes = Buffer.alloc(layout.SIZES.slot);
  bpf.lookup(maps.directory, layout.encodeIndex(index), bytes);
  return layout.decodeSlot(bytes);
}

export function readDirectory({ bpf, pins: { maps } }: SlotDeps): SlotEntry[] {
  return bpf.readArray(maps.directory, layout.SIZES.slot, layout.SLOTS).map(layout.decodeSlot);
}

export function writeEntry({ bpf, pins: { maps } }: SlotDeps, index: number, entry: SlotEntry): void {
  bpf.update(maps.directory, layout.encodeIndex(index), layout.encodeSlot(entry));
}

function readGeneration({ bpf, pins: { maps } }: SlotDeps): bigint {
  const bytes = Buffer.alloc(layout.SIZES.generation);
  bpf.lookup(maps.generation, layout.encodeIndex(0), bytes);
  return bytes.readBigUInt64LE();
}

/** Voids every answer that the programs have kept. */
function bumpGeneration(deps: SlotDeps): void {
  deps.bpf.update(deps.pins.maps.generation, layout.encodeIndex(0), layout.encodeU64(readGeneration(deps) + 1n));
}

/** Says in a slot's counters that callers can't be told apart in one of its containers. */
function noteUnknownOrigin({ bpf, pins: { maps } }: SlotDeps, index: number): void {
  const bytes = layout.encodeCounters({ firstSights: 0n, full: 0n, originUnknown: 1n, outOfRange: 0n });
  bpf.update(maps.counters, layout.encodeIndex(index), bytes);
}

/**
 * Tells the map of a slot's containers of those that run already: nothing else would tell the programs of one that
 * sleeps, and whoever joins such a container would be taken for a runtime setting it up.
 */
function noteRunning(deps: SlotDeps, index: number, map: number, podCgroupIds: readonly bigint[]): void {
  const running = podCgroupIds.flatMap(deps.runningContainers).slice(0, layout.CONTAINERS);
  for (const { cgroupId, name, mountNs } of running) {
    const row = { name, mountNs, firstSeenNs: deps.bootNs(), startedNs: 0n };
    deps.bpf.update(map, layout.encodeU64(cgroupId), layout.encodeContainer(row));
  }
  if (running.some(({ mountNs }) => mountNs === 0)) noteUnknownOrigin(deps, index);
}

/** Runs missed by any of the programs since they were loaded, counted by the kernel. */
export function countMisses({ bpf, pins }: SlotDeps): bigint {
  return pins.programs.reduce((sum, program) => sum + bpf.missesOf(program), 0n);
}

/** @throws BpfError (E2BIG) where the slot has no room for another mark */
function writeMarks({ bpf }: SlotDeps, map: number, marks: readonly Buffer[]): void {
  for (const mark of marks) bpf.update(map, mark, layout.encodeU64(1n));
}

/**
 * Brings a slot from whatever state a crash left it in to armed. The maps come before the targets, so that whoever is met finds
 * where to write: its place follows from the target. Where programs run already one is then placed again, before the generation: that waits
 * for all of them, so an answer found under the new generation knows the targets. Where none runs yet they are started last, and meet
 * everything as it shall be.
 * The slot's time comes at the end: whoever was met before it was there at arming.
 * @param commands hashes of the commands of probes and hooks
 * @param start of programs that don't run yet, which the node may refuse; null where they do
 */
export async function arm(
  deps: SlotDeps,
  index: number,
  entry: SlotEntry,
  commands: readonly bigint[],
  start: (() => RefusedResult | null) | null,
): Promise<{ kind: 'ok'; held: HeldSlot } | RefusedResult> {
  const { bpf, pins } = deps;
  writeEntry(deps, index, entry);
  const inner = await openInnerMaps(deps, index, (containers) => {
    noteRunning(deps, index, containers, entry.cgroupIds);
  });
  const marks = commands.map((hash) => layout.encodeMark('command', hash));
  writeMarks(deps, inner.marks, marks);
  for (const id of entry.cgroupIds) {
    bpf.update(pins.maps.targets, layout.encodeU64(id), layout.encodeTarget(index, entry.slotGeneration));
  }
  if (!start) await placeInner(deps, 'rows', index, inner.rows);
  bumpGeneration(deps);
  const refused = start?.();
  if (refused) {
    closeInnerMaps(deps, inner);
    return refused;
  }
  const armedNs = entry.armedNs === layout.NOT_ARMED ? deps.bootNs() : entry.armedNs;
  if (armedNs !== entry.armedNs) writeEntry(deps, index, { ...entry, armedNs });
  return { kind: 'ok', held: { index, inner, armedNs, missesBefore: entry.missesBefore } };
}

/** The entry of a new use of a free slot, and its counters at zero. */
export function prepareFresh(deps: SlotDeps, index: number, podUid: string, cgroupIds: readonly bigint[]): SlotEntry {
  const { bpf, pins } = deps;
  bpf.update(pins.maps.counters, layout.encodeIndex(index), Buffer.alloc(layout.SIZES.counters));
  return {
    podUid,
    cgroupIds,
    armedNs: layout.NOT_ARMED,
    goneSinceNs: 0n,
    missesBefore: countMisses(deps),
    slotGeneration: Number((readGeneration(deps) + 1n) & 0xffff_ffffn),
    inUse: true,
  };
}

/** The programs stop at the next bump of the generation to take this cgroup for a slot's. */
export function removeTarget({ bpf, pins }: SlotDeps, cgroupId: bigint): void {
  bpf.remove(pins.maps.targets, layout.encodeU64(cgroupId));
}

/**
 * From now on what these containers call is `serving`. To be called under the lock. The map is placed once more for the wait, and
 * the generation is bumped then: an answer that carries the new one was found by a program that saw the marks.
 * @throws BpfError (E2BIG) where the slot has no room for another mark
 */
export async function markServing(
  deps: SlotDeps,
  { index, inner }: HeldSlot,
  cgroupIds: readonly bigint[],
): Promise<void> {
  const value = Buffer.alloc(layout.SIZES.mark);
  const marks = cgroupIds.map((id) => layout.encodeMark('serving', id));
  const added = marks.filter((mark) => !deps.bpf.lookup(inner.marks, mark, value));
  if (added.length === 0) return;
  writeMarks(deps, inner.marks, added);
  await placeInner(deps, 'marks', index, inner.marks);
  bumpGeneration(deps);
}

/**
 * Frees a slot. It is unarmed first: should this tracer die on the way, a successor mustn't take what is left for whole. The generation is
 * bumped before the inner maps go, and taking one away waits for all running programs: none can still hold an old answer when the slot is
 * used again.
 * @returns the entry as it is afterwards
 */
export async function disarm(deps: SlotDeps, index: number, entry: SlotEntry): Promise<SlotEntry> {
  writeEntry(deps, index, { ...entry, armedNs: layout.NOT_ARMED });
  for (const id of entry.cgroupIds) removeTarget(deps, id);
  bumpGeneration(deps);
  await removeInnerMaps(deps, index);
  bumpGeneration(deps); // once more after the wait: a weakly ordered CPU may have read the new generation before an old target
  const freed = {
    ...entry,
    podUid: '0'.repeat(32),
    cgroupIds: [],
    armedNs: 0n,
    goneSinceNs: 0n,
    missesBefore: 0n,
    inUse: false,
  };
  writeEntry(deps, index, freed);
  return freed;
}
