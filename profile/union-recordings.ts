/**
 * Union of recordings of the same container, or of the restarts of one. Everything here only grows: no call that was
 * seen is ever dropped, and the earliest sight wins. Used by the tracer (to keep a report small) and by the store.
 */
import type { CallArguments, ContainerRecording, RecordingEntry } from './recording.ts';
import { MAX_TUPLES } from './recording.ts';

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

function foldInto(newer: ContainerRecording, older: ContainerRecording): ContainerRecording {
  return {
    ...newer,
    containerId: newer.name === null && newer.containerId !== older.containerId ? FOLDED_ID : newer.containerId,
    entries: unionEntries(older.entries, newer.entries),
  };
}

function unionEntry(a: RecordingEntry, b: RecordingEntry): RecordingEntry {
  return {
    ...a,
    calls: earliest([...a.calls, ...b.calls]),
    denied: earliest([...a.denied, ...b.denied]),
    arguments: unionArguments([...a.arguments, ...b.arguments]),
  };
}

/** One set of tuples per number; a call of which more are known than are kept is wide from then on. */
function unionArguments(seen: readonly CallArguments[]): CallArguments[] {
  const byNr = new Map<number, CallArguments>();
  for (const call of seen) {
    const known = byNr.get(call.nr);
    byNr.set(call.nr, known === undefined ? call : joinTuples(known, call));
  }
  return [...byNr.values()].sort((a, b) => a.nr - b.nr);
}

/** Sorted, so that the order of joining can't matter. Two watches of different arguments have no common tuples. */
function joinTuples(a: CallArguments, b: CallArguments): CallArguments {
  const byText = new Map([...a.tuples, ...b.tuples].map((tuple) => [tuple.join(), tuple]));
  const wide = a.wide || b.wide || byText.size > MAX_TUPLES || a.indices.join() !== b.indices.join();
  const tuples = [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, tuple]) => tuple);
  return { ...a, tuples: wide ? [] : tuples, wide };
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
