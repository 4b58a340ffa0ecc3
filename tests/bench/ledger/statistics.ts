/** What many noisy rounds say. Values of one round were measured close together, so their ratios are steadier than they are. */
import { quantile } from '../quantile.ts';

export interface Spread {
  readonly median: number;
  readonly p25: number;
  readonly p75: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), p25: quantile(values, 0.25), p75: quantile(values, 0.75) };
}

/** Each value over its partner of the same round. @throws RangeError where there are not as many partners */
export function pairedRatios(values: readonly number[], floors: readonly number[]): number[] {
  if (values.length !== floors.length) throw new RangeError(`${values.length} values for ${floors.length} floors`);
  return values.map((value, round) => value / (floors[round] ?? NaN));
}

/** A random order, so that nobody always comes after the same neighbour. @param random 0 ≤ x < 1 */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
