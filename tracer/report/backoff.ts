/** How long to wait before asking again. Pure. */

/** The first retry may be one network hiccup away; the last report is awaited for 30 s, so that the longest leaves time for it. */
const BACKOFF = { firstMs: 200, longestMs: 10_000 } as const;

/**
 * Doubles with each failure in a row; half of it is random, so that tracers that lost one server don't return together.
 * @param failures in a row, at least 1
 * @param random in [0, 1)
 * @param atLeastMs what the server asked for; obeyed up to a minute
 */
export function backoffMs(failures: number, random: number, atLeastMs = 0): number {
  const full = Math.min(BACKOFF.longestMs, BACKOFF.firstMs * 2 ** Math.min(failures - 1, 16));
  return Math.max(full * (0.5 + random / 2), Math.min(atLeastMs, 60_000));
}
