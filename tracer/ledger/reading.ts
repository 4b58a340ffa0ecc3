/** From the rows of a slot to what is told of its containers. Decisions; no I/O. */
import { PROFILED_ORIGINS } from '../../profile/calls.ts';
import type { CallArguments, PartialReason, RecordingEntry } from '../../profile/recording.ts';
import type { ContainerRow, Counters } from './layout.ts';
import { CONTAINERS, MARKS, ROWS, TUPLES, TUPLES_PER_CALL } from './layout.ts';
import type { ContainerReading, SlotReading } from './ledger.ts';
import type { Row, RowKey, Tuple } from './rows.ts';
import { WATCHES } from './watches.ts';

export interface RowOfSlot {
  readonly key: RowKey;
  readonly row: Row;
}

export interface RawSlot {
  readonly podCgroupIds: readonly bigint[];
  readonly containers: ReadonlyMap<bigint, ContainerRow>;
  readonly rows: readonly RowOfSlot[];
  /** Read before the rows: a call stands in its row before its tuples are there. */
  readonly tuples: readonly Tuple[];
  /** How many. */
  readonly marks: number;
  readonly counters: Counters;
  /** Calls that the kernel did not run the programs for since the slot was armed. */
  readonly misses: bigint;
}

/** The same number in every table (io_uring_setup came after the tables were unified, 5.1). */
const IO_URING_SETUP = 425;

/** Rows of a container that found no room for its name: the reason `ledger-full` is said of it anyway. */
const NAMELESS: ContainerRow = { name: '', firstSeenNs: 0n, startedNs: 0n, mountNs: 0 };

function usesIoUring({ key, row }: RowOfSlot): boolean {
  const isProfiled = PROFILED_ORIGINS.includes(key.origin);
  return isProfiled && row.calls.some((call) => call.nr === IO_URING_SETUP);
}

function reasonsOf({ counters, rows, misses }: RawSlot): PartialReason[] {
  const reasons: PartialReason[] = [];
  if (misses > 0n) reasons.push('calls-missed');
  if (counters.full > 0n) reasons.push('ledger-full');
  if (counters.originUnknown > 0n) reasons.push('origin-unknown');
  if (counters.outOfRange > 0n) reasons.push('unknown-syscall');
  if (rows.some(usesIoUring)) reasons.push('io-uring');
  return reasons;
}

/**
 * Grows with whatever a reading tells that an earlier one didn't: each first sight, and the first loss of each kind. A loss alone
 * must be enough, or what was read before it would go on being told as whole.
 */
export function changesOf({ firstSights, full, originUnknown, outOfRange }: Counters, misses: bigint): bigint {
  return firstSights + BigInt([full, originUnknown, outOfRange, misses].filter((count) => count > 0n).length);
}

const keyOf = ({ container, abi, origin }: RowKey): string => `${container} ${abi} ${origin}`;

/** Of each watched call that was made: its tuples, or that there were too many. */
function argumentsOf({ key, row }: RowOfSlot, tuples: readonly Tuple[]): CallArguments[] {
  return WATCHES[key.abi].flatMap(([nr, watch], ordinal): CallArguments[] => {
    const own = tuples.filter((tuple) => tuple.nr === nr).map(({ values }) => values);
    const wide = (row.tuples[ordinal] ?? 0) > TUPLES_PER_CALL;
    if (own.length === 0 && !wide) return [];
    return [{ nr, indices: [...watch.indices], tuples: wide ? [] : own.sort(byValues), wide }];
  });
}

/** Sorts as the numbers do: the largest have 20 digits. */
function sortKey(values: readonly string[]): string {
  return values.map((value) => value.padStart(20, '0')).join();
}

function byValues(one: readonly string[], other: readonly string[]): number {
  return sortKey(one) < sortKey(other) ? -1 : 1;
}

function entriesOf({ rows, tuples }: RawSlot): Map<bigint, RecordingEntry[]> {
  const tuplesOf = Map.groupBy(tuples, keyOf);
  const entries = new Map<bigint, RecordingEntry[]>();
  for (const one of rows) {
    const { container, abi, origin } = one.key;
    const { calls, denied } = one.row;
    const own = entries.get(container) ?? [];
    own.push({ abi, origin, calls, denied, arguments: argumentsOf(one, tuplesOf.get(keyOf(one.key)) ?? []) });
    entries.set(container, own);
  }
  return entries;
}

function fillOf({ containers, rows, tuples, marks }: RawSlot): number {
  return Math.max(containers.size / CONTAINERS, rows.length / ROWS, tuples.length / TUPLES, marks / MARKS);
}

/** Containers in the order in which they were first met. */
export function toReading(raw: RawSlot): SlotReading {
  const entries = entriesOf(raw);
  const ids = new Set([...raw.containers.keys(), ...entries.keys()]);
  const containers = [...ids].map((cgroupId): ContainerReading => {
    const { name, firstSeenNs, startedNs } = raw.containers.get(cgroupId) ?? NAMELESS;
    return {
      cgroupId,
      name,
      isPod: raw.podCgroupIds.includes(cgroupId),
      firstSeenNs,
      startedNs: startedNs === 0n ? null : startedNs,
      entries: entries.get(cgroupId) ?? [],
    };
  });
  containers.sort((one, other) => Number(one.firstSeenNs - other.firstSeenNs));
  return { containers, reasons: reasonsOf(raw), fill: fillOf(raw) };
}
