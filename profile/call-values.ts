/**
 * The values that a call's watched arguments were seen with (arguments.ts), and their union.
 *
 * Either all distinct tuples are known, or the call is `wide`: there were more than are kept. Wide absorbs everything,
 * so that a set that was once cut never looks whole again. A call that was made without a word on its values (an older
 * recording, or an argument that was not watched then) is as good as wide.
 */
import { compareText } from './instants.ts';
import type { Origin } from './recording.ts';
import { MAX_TUPLES } from './vocabulary.ts';
import type { ProfiledCall } from './syscall-profile.ts';

export interface Values {
  /** Which arguments, counted from 0, ascending. */
  readonly indices: readonly number[];
  /** Decimal values in the order of the indices, joined by commas; sorted. Empty where wide. */
  readonly tuples: readonly string[];
  readonly wide: boolean;
}

/** Commutative, associative, idempotent. Two watches of different arguments have no common tuples: wide. */
export function joinValues(a: Values, b: Values): Values {
  const [one, other] = [a.indices.join(), b.indices.join()];
  const tuples = [...new Set([...a.tuples, ...b.tuples])].sort(compareText);
  const wide = a.wide || b.wide || one !== other || tuples.length > MAX_TUPLES;
  return { indices: compareText(one, other) <= 0 ? a.indices : b.indices, tuples: wide ? [] : tuples, wide };
}

/** The same, said as wide where there are more tuples than `most`. */
export function widenValues<V extends { readonly tuples: readonly unknown[]; readonly wide: boolean }>(
  values: V,
  most: number,
): V {
  return values.tuples.length > most ? { ...values, tuples: [], wide: true } : values;
}

/**
 * The values over some origins; those that never made the call count for nothing.
 * @returns `undefined` where one of them made the call and its values are unknown
 */
export function valuesOver(call: ProfiledCall, origins: readonly Origin[]): Values | undefined {
  const own = origins.filter((origin) => call.origins.includes(origin));
  const known = own.flatMap((origin) => call.arguments?.filter((values) => values.origin === origin) ?? []);
  if (known.length < own.length) return undefined;
  return known.reduce<Values | undefined>((all, values) => (all ? joinValues(all, values) : values), undefined);
}
