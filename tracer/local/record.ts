/** One recording in local mode: a command from its first instruction to its end, or what runs already for as long as one likes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PartialReason, Refusal } from '../../profile/recording.ts';
import type { ContainerReading, LedgerOptions, Slot } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/ledger.ts';

/** What the ledger watches in local mode: a cgroup of a command's own, or one that is there. */
export interface Watched {
  readonly id: bigint;
  /** How many processes live in it, at any depth. */
  readonly population: () => number;
}

export interface LocalRecording {
  readonly containers: readonly ContainerReading[];
  readonly reasons: readonly PartialReason[];
  readonly armedAtBootNs: bigint;
}

export type RecordResult<T> =
  | { readonly kind: 'recorded'; readonly recording: LocalRecording; readonly value: T }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly detail: string };

/** How often to look whether the last process has ended: kernfs answers from memory, in some 20 µs. */
const LOOK_MS = 50;

/**
 * Joins the ledger, lets `run` do what shall be recorded, reads, and leaves: whatever happens, nothing stays in the kernel.
 * @throws where libbpf is missing, or the kernel has no memory
 */
export async function recordWhile<T>(
  options: LedgerOptions,
  watched: Watched,
  run: (slot: Slot) => Promise<T>,
): Promise<RecordResult<T>> {
  const opened = openLedger(options);
  if (opened.kind === 'refused') return opened;
  try {
    const joined = await opened.ledger.join({ podUid: crypto.randomUUID(), cgroupIds: [watched.id] });
    if (joined.kind === 'refused') return joined;
    const { slot } = joined;
    try {
      const value = await run(slot);
      const { containers, reasons } = slot.read();
      return { kind: 'recorded', recording: { containers, reasons, armedAtBootNs: slot.armedAtBootNs }, value };
    } finally {
      await slot.leave();
    }
  } finally {
    opened.ledger.close();
  }
}

/** Waits until nobody is left, or `signal` says that it is enough. @returns how many are left */
export async function untilEmpty({ population }: Watched, signal: AbortSignal): Promise<number> {
  for (;;) {
    const left = population();
    if (left === 0 || signal.aborted) return left;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
