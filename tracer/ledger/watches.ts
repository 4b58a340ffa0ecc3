/** The table of watched arguments as the programs read it. */
import type { Watch } from '../../profile/arguments.ts';
import { watchedNumbers } from '../../profile/arguments.ts';
import type { Abi } from '../../profile/recording.ts';
import { ABIS, MAX_SYSCALLS } from '../../profile/vocabulary.ts';
import { WATCHED } from './layout.ts';

export type OrderedWatches = readonly (readonly [nr: number, watch: Watch])[];

/** In the order of their places in a row. @throws RangeError where they have not all a place */
export function orderWatches(watches: ReadonlyMap<number, Watch>): OrderedWatches {
  if (watches.size > WATCHED) throw new RangeError(`${watches.size} watched calls, ${WATCHED} have a place`);
  return [...watches].sort(([one], [other]) => one - other);
}

/** The watched calls of each interface. */
export const WATCHES = Object.fromEntries(ABIS.map((abi) => [abi, orderWatches(watchedNumbers(abi))])) as Readonly<
  Record<Abi, OrderedWatches>
>;

function encodeWatch({ indices, wide64 }: Watch, ordinal: number): Buffer {
  const whole = indices.reduce((bits, index, place) => bits | (wide64.includes(index) ? 1 << place : 0), 0);
  const [first = 0, second = 0, third = 0] = indices;
  return Buffer.from([first, second, third, indices.length, whole, ordinal, 0, 0]);
}

export interface WatchEntry {
  /** Its place in the map `watches`. */
  readonly index: number;
  readonly bytes: Buffer;
}

/** `struct watch` of every watched call of every interface. */
export function watchEntries(): WatchEntry[] {
  return ABIS.flatMap((abi, table) =>
    WATCHES[abi].map(([nr, watch], ordinal) => ({
      index: table * MAX_SYSCALLS + nr,
      bytes: encodeWatch(watch, ordinal),
    })),
  );
}
