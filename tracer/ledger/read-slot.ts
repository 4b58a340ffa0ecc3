/** Reading and forgetting what stands in a slot's maps. */
import type { SlotReading } from './ledger.ts';
import * as layout from './layout.ts';
import { toReading } from './reading.ts';
import type { RowOfSlot } from './reading.ts';
import { decodeRow, decodeRowKey, decodeTuple } from './rows.ts';
import type { HeldSlot, SlotDeps } from './slots.ts';
import { countMisses, readEntry } from './slots.ts';

const { SIZES } = layout;

export function readCounters({ bpf, pins }: SlotDeps, index: number): layout.Counters {
  const bytes = Buffer.alloc(SIZES.counters);
  bpf.lookup(pins.maps.counters, layout.encodeIndex(index), bytes);
  return layout.decodeCounters(bytes);
}

export function missesOf(deps: SlotDeps, held: HeldSlot): bigint {
  return countMisses(deps) - held.missesBefore;
}

function readContainers({ bpf }: SlotDeps, { inner }: HeldSlot): Map<bigint, layout.ContainerRow> {
  const bytes = Buffer.alloc(SIZES.container);
  const containers = bpf.keys(inner.containers, SIZES.containerKey, layout.CONTAINERS).flatMap((key) => {
    const isThere = bpf.lookup(inner.containers, key, bytes);
    return isThere ? [[key.readBigUInt64LE(), layout.decodeContainer(bytes)] as const] : [];
  });
  return new Map(containers);
}

function readRows({ bpf }: SlotDeps, { inner }: HeldSlot): RowOfSlot[] {
  const bytes = Buffer.alloc(SIZES.row);
  return bpf.keys(inner.rows, SIZES.rowKey, layout.ROWS).flatMap((key) => {
    const isThere = bpf.lookup(inner.rows, key, bytes); // not where another tracer of the slot has freed it meanwhile
    return isThere ? [{ key: decodeRowKey(key), row: decodeRow(bytes) }] : [];
  });
}

export function readSlot(deps: SlotDeps, held: HeldSlot): SlotReading {
  const { bpf } = deps;
  const { tuples, marks } = held.inner;
  return toReading({
    podCgroupIds: readEntry(deps, held.index).cgroupIds,
    tuples: bpf.keys(tuples, SIZES.tupleKey, layout.TUPLES).map(decodeTuple),
    containers: readContainers(deps, held),
    rows: readRows(deps, held),
    marks: bpf.keys(marks, SIZES.markKey, layout.MARKS).length,
    counters: readCounters(deps, held.index),
    misses: missesOf(deps, held),
  });
}

/**
 * Forgets containers that can't call any more. Needs no lock: nobody else writes what is told of a container whose cgroup is gone.
 * The container goes last, so that a crash leaves no row without its name.
 */
export function forget({ bpf }: SlotDeps, { inner }: HeldSlot, cgroupIds: ReadonlySet<bigint>): void {
  const isOf = (key: Buffer): boolean => cgroupIds.has(key.readBigUInt64LE(0));
  const removeFrom = (map: number, keySize: number, maxEntries: number): void => {
    for (const key of bpf.keys(map, keySize, maxEntries).filter(isOf)) bpf.remove(map, key);
  };
  removeFrom(inner.rows, SIZES.rowKey, layout.ROWS);
  removeFrom(inner.tuples, SIZES.tupleKey, layout.TUPLES);
  for (const id of cgroupIds) {
    bpf.remove(inner.marks, layout.encodeMark('serving', id));
    bpf.remove(inner.containers, layout.encodeU64(id));
  }
}
