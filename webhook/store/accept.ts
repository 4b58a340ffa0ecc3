/**
 * What becomes of an arriving report, given what is already stored: the rule that makes a retried PUT harmless.
 * A report is known by its number and by the digest of its bytes.
 */

/** Digests kept per trace. A tracer retries only its newest report; the rest is slack for several tracers of one target. */
export const DIGESTS_KEPT = 64;

export interface StoredReports {
  /** Highest number stored; 0 before the first report. */
  readonly newest: number;
  /** A final report is stored. */
  readonly finished: boolean;
  /** SHA-256 of the bytes of the last reports, by number. */
  readonly digests: ReadonlyMap<number, string>;
}

export const NOTHING_STORED: StoredReports = { newest: 0, finished: false, digests: new Map() };

export interface Arriving {
  readonly number: number;
  readonly digest: string;
  readonly final: boolean;
}

/**
 * - `store`: new; `digests` are the ones to keep beside it. - `repeat`: stored before, answer the same again.
 * - `taken`: the number belongs to other bytes, or is older than the newest: renumber from `newest` and send again.
 * - `finished`: the trace has its final report; nothing else is wanted.
 */
export type Acceptance =
  | { readonly kind: 'store'; readonly digests: ReadonlyMap<number, string> }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'taken'; readonly newest: number }
  | { readonly kind: 'finished' };

/** A second final report is accepted: whoever saw more after the first one may say so. */
export function accept(stored: StoredReports, arriving: Arriving): Acceptance {
  if (stored.digests.get(arriving.number) === arriving.digest) return { kind: 'repeat' };
  if (stored.finished && !arriving.final) return { kind: 'finished' };
  if (arriving.number <= stored.newest) return { kind: 'taken', newest: stored.newest };
  const all = [...stored.digests, [arriving.number, arriving.digest] as const];
  return { kind: 'store', digests: new Map(all.slice(-DIGESTS_KEPT)) };
}
