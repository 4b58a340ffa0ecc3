/** How sure a median is. */
import { quantile } from './quantile.ts';

export interface Median {
  readonly median: number;
  /** Between these two lies the true median with at least 95 %, whatever the values' distribution. */
  readonly low: number;
  readonly high: number;
}

/**
 * The median with its interval by order statistics: each value is above the true median as a coin shows heads, so the k-th smallest and the
 * k-th largest enclose it unless fewer than k of n fall on one side (W. J. Conover, Practical Nonparametric Statistics, 3.2).
 * @param values six at least: of fewer no interval is that sure
 */
export function medianOf(values: readonly number[]): Median {
  const sorted = [...values].sort((a, b) => a - b);
  const outside = placesOutside(sorted.length);
  const [low, high] = [sorted[outside], sorted[sorted.length - 1 - outside]];
  if (outside < 0 || low === undefined || high === undefined)
    throw new RangeError(`${values.length} values are too few`);
  return { median: quantile(sorted, 0.5), low, high };
}

/** How many values at either end lie outside of the interval; -1 where there is none. */
function placesOutside(count: number): number {
  let [outside, tail, term] = [-1, 0, 0.5 ** count];
  for (let heads = 0; heads < count; heads++) {
    tail += term;
    if (2 * tail > 0.05) break;
    outside = heads;
    term *= (count - heads) / (heads + 1);
  }
  return outside;
}
