/**
 * Sets of profiled calls and their union.
 *
 * A set has at most two rows per ABI and name: one for the sights that the kernel answered, one (with `errno`) for
 * those that a seccomp filter answered. The second goes once the workload itself was seen making the call: what is
 * allowed anyway needs no error number. It stays beside a row that only the runtime's set-up made, which runs before
 * the filter: a workload whose `clone3` is answered ENOSYS must be answered so again, whatever runc did earlier.
 */
import type { Values } from './call-values.ts';
import { joinValues, widenValues } from './call-values.ts';
import { compareText, earlierOf } from './instants.ts';
import type { Origin } from './recording.ts';
import { ORIGINS } from './vocabulary.ts';
import type { OriginValues, ProfiledCall } from './syscall-profile.ts';
import { KEPT } from './kept.ts';

/** Origins whose calls a profile allows. The runtime's part comes from its measured base set (runtime-base-set.ts). */
export const PROFILED_ORIGINS: readonly Origin[] = ['startup', 'serving', 'exec:probe'];

/** `ENOSYS`: the C libraries take this one alone as "use the older call" (docs/architecture.md, "Denied calls"). */
const ENOSYS = 38;

type Sights = Pick<ProfiledCall, 'firstSeenAt' | 'seenBy'>;

/** Whether the workload, or a probe of it, made this call and the kernel answered. */
export function isMadeByWorkload(call: ProfiledCall): boolean {
  return isMadeBy(call, PROFILED_ORIGINS);
}

export function isMadeBy(call: ProfiledCall, origins: readonly Origin[]): boolean {
  return call.errno === undefined && call.origins.some((origin) => origins.includes(origin));
}

/** The union, sorted by ABI and name. Commutative, associative, idempotent. */
export function unionOfCalls(...sets: readonly (readonly ProfiledCall[])[]): ProfiledCall[] {
  const rows = new Map<string, ProfiledCall>();
  for (const call of sets.flat()) {
    const key = `${keyOf(call)} ${call.errno === undefined ? 'made' : 'denied'}`;
    rows.set(key, joinRows(rows.get(key), call));
  }
  const made = new Set([...rows.values()].filter(isMadeByWorkload).map(keyOf));
  return [...rows.entries()]
    .filter(([, call]) => call.errno === undefined || !made.has(keyOf(call)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, call]) => call);
}

/** The same calls with fewer values: those of more tuples than `most` become wide. With 0 nothing is said of values. */
export function narrowCalls(calls: readonly ProfiledCall[], most: number): ProfiledCall[] {
  return calls.map(({ arguments: values, ...call }) =>
    values === undefined || most === 0 ? call : { ...call, arguments: values.map((row) => widenValues(row, most)) },
  );
}

function keyOf(call: ProfiledCall): string {
  return `${call.abi} ${call.name}`;
}

function joinRows(known: ProfiledCall | undefined, seen: ProfiledCall): ProfiledCall {
  const origins = ORIGINS.filter((origin) => known?.origins.includes(origin) || seen.origins.includes(origin));
  const errno = preferredErrno(known?.errno, seen.errno);
  return {
    abi: seen.abi,
    name: seen.name,
    origins,
    ...(errno === undefined ? {} : { errno }),
    ...joinSights(known, seen),
    ...joinArguments(origins, known, seen),
  };
}

/** Of an origin they are known where every side that saw it knows them: unknown absorbs, as wide does. */
function joinArguments(
  origins: readonly Origin[],
  ...sides: readonly (ProfiledCall | undefined)[]
): Pick<ProfiledCall, 'arguments'> {
  const joined = origins.flatMap((origin): OriginValues[] => {
    const saw = sides.filter((call) => call?.origins.includes(origin));
    const [first, ...more] = saw.flatMap((call) => call?.arguments?.find((row) => row.origin === origin) ?? []);
    if (first === undefined || more.length + 1 < saw.length) return [];
    const { indices, tuples, wide } = [first, ...more].reduce<Values>(joinValues, first);
    return [{ origin, indices: [...indices], tuples: [...tuples], wide }];
  });
  return joined.length > 0 ? { arguments: joined } : {};
}

/** The earliest sight, and who made it: of all who did, the smallest, so that the order can't matter. */
function joinSights(a: Sights | undefined, b: Sights): Sights {
  const instants = [a?.firstSeenAt, b.firstSeenAt].filter((instant) => instant !== undefined);
  const seenBy = [...new Set([...(a?.seenBy ?? []), ...(b.seenBy ?? [])])].sort(compareText).slice(0, KEPT.seenBy);
  return {
    ...(instants.length > 0 ? { firstSeenAt: instants.reduce(earlierOf) } : {}),
    ...(seenBy.length > 0 ? { seenBy } : {}),
  };
}

/** Of two answers by filters: ENOSYS, on which programs fall back; else the smaller, so that the order can't matter. */
function preferredErrno(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a === ENOSYS || b === ENOSYS ? ENOSYS : Math.min(a, b);
}
