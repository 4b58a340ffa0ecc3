/**
 * Union of recordings of the same container, or of the restarts of one. Everything here only grows: no call that was
 * seen is ever dropped, and the earliest sight wins. Used by the tracer (to keep a report small) and by the store.
 */
import type { Values } from './call-values.ts';
import { joinValues, widenValues } from './call-values.ts';
import type { CallArguments, ContainerRecording, RecordingEntry } from './recording.ts';

/** Container ID of what several containers without a known name were folded into: it matches no container of any pod. */
export const FOLDED_ID = 'folded';

/** All calls of both, one entry per ABI and origin, in order of first appearance. */
export function unionEntries(a: readonly RecordingEntry[], b: readonly RecordingEntry[]): RecordingEntry[] {
  const byCaller = new Map<string, RecordingEntry>();
  for (const entry of [...a, ...b]) {
    const key = `${entry.abi}/${entry.origin}`;
    const known = byCaller.get(key);
    byCaller.set(key, known === undefined ? entry : unionEntry(known, entry));
  }
  return [...byCaller.values()];
}

/**
 * Folds the restarts of each container (same name, kind and runtime) into its newest one, the last in the list.
 * Containers whose name is unknown become one of their kind: they can't be told apart by what they are, only by IDs.
 * @returns at most as many recordings as the pod has containers, plus one per kind without names
 */
export function foldRestarts(containers: readonly ContainerRecording[]): ContainerRecording[] {
  const folded = new Map<string, ContainerRecording>();
  for (const container of containers) {
    const key = JSON.stringify([container.name, container.kind, container.runtime]);
    const known = folded.get(key);
    folded.set(key, known === undefined ? container : foldInto(container, known));
  }
  return [...folded.values()];
}

/**
 * The same with fewer values of arguments: a call of more tuples than `most` becomes wide. With 0 nothing is said of
 * values at all, which is taken as wide wherever the call is (call-values.ts).
 */
export function narrowValues(containers: readonly ContainerRecording[], most: number): ContainerRecording[] {
  const narrowed = (entry: RecordingEntry): RecordingEntry => ({
    ...entry,
    arguments: most === 0 ? [] : entry.arguments.map((row) => widenValues(row, most)),
  });
  return containers.map((container) => ({ ...container, entries: container.entries.map(narrowed) }));
}

function foldInto(newer: ContainerRecording, older: ContainerRecording): ContainerRecording {
  return {
    ...newer,
    containerId: newer.name === null && newer.containerId !== older.containerId ? FOLDED_ID : newer.containerId,
    entries: unionEntries(older.entries, newer.entries),
  };
}

function unionEntry(a: RecordingEntry, b: RecordingEntry): RecordingEntry {
  const numbers = new Set([...a.arguments, ...b.arguments].map(({ nr }) => nr));
  return {
    ...a,
    calls: earliest([...a.calls, ...b.calls]),
    denied: earliest([...a.denied, ...b.denied]),
    arguments: [...numbers].sort((one, other) => one - other).map((nr) => unionArguments(nr, a, b)),
  };
}

/** Where one side made the call and doesn't know its values, the union doesn't either: wide. */
function unionArguments(nr: number, ...sides: readonly RecordingEntry[]): CallArguments {
  const rows = sides.flatMap((side) => side.arguments.filter((row) => row.nr === nr));
  const unknown = sides.some(
    (side) => side.calls.some((call) => call.nr === nr) && !side.arguments.some((row) => row.nr === nr),
  );
  const values = rows.map((row) => ({ ...row, tuples: row.tuples.map((tuple) => tuple.join()) }));
  const { indices, tuples, wide } = values.reduce<Values>(joinValues, values[0] as Values);
  return {
    nr,
    indices: [...indices],
    tuples: wide || unknown ? [] : tuples.map((tuple) => tuple.split(',')),
    wide: wide || unknown,
  };
}

/** One sight per number, the earliest; among sights of the same instant the first in the list. */
function earliest<T extends { readonly nr: number; readonly firstSeenNs: string }>(sights: readonly T[]): T[] {
  const byNr = new Map<number, T>();
  for (const sight of sights) {
    const known = byNr.get(sight.nr);
    if (known === undefined || BigInt(sight.firstSeenNs) < BigInt(known.firstSeenNs)) byNr.set(sight.nr, sight);
  }
  return [...byNr.values()].sort((a, b) => a.nr - b.nr);
}
