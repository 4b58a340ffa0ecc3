/** How often a Falco that ends is started again. Pure. */

/** One that has watched for this long has proved that it can: its earlier ends are forgiven. */
const PROVEN_MS = 60_000;
const BACKOFF = { firstMs: 1_000, longestMs: 60_000, most: 5 } as const;

/** Lines come every five seconds, its metrics at least: the node is never without events. Its start takes 2 s, and 20 s on a busy machine. */
export const SILENCE_MS = 60_000;

export type Next = { readonly kind: 'again'; readonly inMs: number } | { readonly kind: 'give-up' };

export interface Endurance {
  /**
   * Called for each one that ended by itself, or was ended for its silence.
   * @param watchedMs how long it showed events
   */
  next(watchedMs: number): Next;
}

/** Six starts in a row within half a minute, or any number of them with a minute of watching between. */
export function createEndurance(): Endurance {
  let failures = 0;
  return {
    next: (watchedMs) => {
      failures = watchedMs >= PROVEN_MS ? 1 : failures + 1;
      if (failures > BACKOFF.most) return { kind: 'give-up' };
      return { kind: 'again', inMs: Math.min(BACKOFF.longestMs, BACKOFF.firstMs * 2 ** (failures - 1)) };
    },
  };
}
