/** From the rows of a slot to what is told of its containers. Decisions; no I/O. */
import { PROFILED_ORIGINS } from '../../profile/calls.ts';
import type { PartialReason } from '../../profile/recording.ts';
import type { ContainerRow, Counters, RowKey } from './layout.ts';
import type { ContainerReading, SlotReading } from './ledger.ts';
import type { RecordingEntry } from '../../profile/recording.ts';

export interface RowOfSlot {
  readonly key: RowKey;
  readonly row: Omit<RecordingEntry, 'abi' | 'origin'>;
}

export interface RawSlot {
  readonly podCgroupIds: readonly bigint[];
  readonly containers: ReadonlyMap<bigint, ContainerRow>;
  readonly rows: readonly RowOfSlot[];
  readonly counters: Counters;
}

/** The same number in every table (io_uring_setup came after the tables were unified, 5.1). */
const IO_URING_SETUP = 425;

/** Rows of a container that found no room for its name: the reason `ledger-full` is said of it anyway. */
const NAMELESS: ContainerRow = { name: '', firstSeenNs: 0n, startedNs: 0n, mountNs: 0 };

function usesIoUring({ key, row }: RowOfSlot): boolean {
  const isProfiled = PROFILED_ORIGINS.includes(key.origin);
  return isProfiled && row.calls.some((call) => call.nr === IO_URING_SETUP);
}

function reasonsOf({ counters, rows }: RawSlot): PartialReason[] {
  const reasons: PartialReason[] = [];
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
export function changesOf({ firstSights, full, originUnknown, outOfRange }: Counters): bigint {
  return firstSights + BigInt([full, originUnknown, outOfRange].filter((count) => count > 0n).length);
}

/** Containers in the order in which they were first met. */
export function toReading(raw: RawSlot): SlotReading {
  const entries = new Map<bigint, RecordingEntry[]>([...raw.containers.keys()].map((id) => [id, []]));
  for (const { key, row } of raw.rows) {
    const { container, abi, origin } = key;
    const own = entries.get(container) ?? [];
    own.push({ abi, origin, ...row });
    entries.set(container, own);
  }
  const containers = [...entries].map(([cgroupId, own]): ContainerReading => {
    const { name, firstSeenNs, startedNs } = raw.containers.get(cgroupId) ?? NAMELESS;
    return {
      cgroupId,
      name,
      isPod: raw.podCgroupIds.includes(cgroupId),
      firstSeenNs,
      startedNs: startedNs === 0n ? null : startedNs,
      entries: own,
    };
  });
  containers.sort((one, other) =>
    one.firstSeenNs < other.firstSeenNs ? -1 : one.firstSeenNs > other.firstSeenNs ? 1 : 0,
  );
  return { containers, reasons: reasonsOf(raw) };
}
