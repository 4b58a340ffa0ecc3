/**
 * A cache of one kind of object, kept by list and watch. The client's own informer stops for good on any error but 410
 * and can stall without one; this one lists anew after whatever ends a watch badly, and ends a watch that went silent.
 * It holds what `read` makes of an object, never the object, so its memory is a count of small records.
 */
import { listPages, selectorsOf } from './list-pages.ts';
import type { Selection } from './list-pages.ts';
import { describeFailure, toOutcome } from './outcome.ts';
import { collectionPath } from './resource.ts';
import { Silence } from './silence.ts';
import { readEvents, resourceVersionOf } from './watch-events.ts';
import type { WatchEvent } from './watch-events.ts';
import type { KubeRequest, KubeStream } from './request.ts';

export interface WatchDeps {
  readonly request: KubeRequest;
  readonly stream: KubeStream;
  readonly reconnect: () => void;
  /** Resolves after so many milliseconds, or when the signal is aborted; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
  /** Told once per broken watch, with the reason; the watch goes on. */
  readonly onTrouble: (reason: string) => void;
}

export interface WatchOptions<T> extends Selection {
  /** null for an object that is of no interest (or that can't be read): it is treated as absent. */
  readonly read: (object: unknown) => { readonly key: string; readonly value: T } | null;
  /** Ends a watch in which not even a bookmark (the API server sends one a minute) has come for so long. */
  readonly silenceMs?: number;
  /** Longest pause between attempts while the server can't be reached, where `LONGEST_PAUSE_MS` is too long to be without news. */
  readonly longestPauseMs?: number;
}

export interface Cache<T> {
  readonly get: (key: string) => T | undefined;
  readonly list: () => readonly T[];
  readonly keys: () => readonly string[];
  readonly size: () => number;
  /** Calls back with the key and value of every object that came, changed or (value before) went. Callbacks only enqueue. */
  readonly onChange: (listener: (key: string, value: T) => void) => void;
  /** Resolves when the first list is in. */
  readonly synced: Promise<void>;
  readonly isSynced: () => boolean;
  /** Keeps the cache until the signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** The API server sends bookmarks about once a minute; two may be missed. */
const SILENCE_MS = 150_000;
/** Ends every watch from the server's side, as client-go does (5–10 min), so that load moves between API servers. */
const TIMEOUT_SECONDS = 300;
const FIRST_PAUSE_MS = 500;
/**
 * Not client-go's 30 s: whichever replica a tracer asks tells it its orders from these caches, and one that learned of a
 * deletion half a minute after the API server's return told it too late for the last report.
 */
export const LONGEST_PAUSE_MS = 5_000;

/** @param failures in a row, from 1. Doubling, with jitter so that replicas don't come back together. */
export function backoffMs(failures: number, random: () => number, longestMs: number = LONGEST_PAUSE_MS): number {
  const full = Math.min(longestMs, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 16));
  return full * (0.5 + random() / 2);
}

export function createCache<T>(deps: WatchDeps, options: WatchOptions<T>): Cache<T> {
  const entries = new Map<string, T>();
  const listeners: ((key: string, value: T) => void)[] = [];
  const first = Promise.withResolvers<undefined>();
  let synced = false;
  const tell = (key: string, value: T): void => {
    for (const listener of listeners) listener(key, value);
  };
  const put = (key: string, value: T): void => {
    entries.set(key, value);
    tell(key, value);
  };
  const drop = (key: string): void => {
    const last = entries.get(key);
    if (last === undefined) return;
    entries.delete(key);
    tell(key, last);
  };
  const replaceAll = (objects: ReadonlyMap<string, T>): void => {
    for (const key of [...entries.keys()]) if (!objects.has(key)) drop(key);
    for (const [key, value] of objects) put(key, value);
    synced = true;
    first.resolve(undefined);
  };
  const apply = (event: Extract<WatchEvent, { object: unknown }>): void => {
    const seen = options.read(event.object);
    if (seen === null) return;
    if (event.kind === 'present') put(seen.key, seen.value);
    else drop(seen.key);
  };
  return {
    get: (key) => entries.get(key),
    list: () => [...entries.values()],
    keys: () => [...entries.keys()],
    size: () => entries.size,
    onChange: (listener) => listeners.push(listener),
    synced: first.promise,
    isSynced: () => synced,
    run: (signal) => follow(deps, options, { replaceAll, apply }, signal),
  };
}

interface Sink<T> {
  readonly replaceAll: (objects: ReadonlyMap<string, T>) => void;
  readonly apply: (event: Extract<WatchEvent, { object: unknown }>) => void;
}

/** List, watch from there, watch on from the last version seen; list anew after trouble. */
async function follow<T>(deps: WatchDeps, options: WatchOptions<T>, sink: Sink<T>, signal: AbortSignal): Promise<void> {
  let failures = 0;
  let version: string | null = null;
  while (!signal.aborted) {
    try {
      version ??= await listInto(deps, options, sink, signal);
      const end: WatchEnd = await watchOnce(deps, options, sink, version, signal);
      failures = end.progressed ? 0 : failures;
      version = end.resumeFrom;
      // A server that ends every watch at once, without an event, would otherwise be asked without pause.
      if (end.progressed) continue;
      failures += 1;
    } catch (thrown) {
      if (isAborted(signal)) return;
      failures += 1;
      version = null;
      deps.onTrouble(wordsOf(thrown));
    }
    await deps.sleep(backoffMs(failures, deps.random, options.longestPauseMs), signal);
  }
}

/** Whatever it was, the cache lists anew: an unreadable answer is a proxy's, or half of one. */
function wordsOf(thrown: unknown): string {
  try {
    return describeFailure(toOutcome(thrown));
  } catch {
    return String(thrown);
  }
}

/** A function, since the compiler takes the property for unchanged across an await. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function listInto<T>(
  deps: WatchDeps,
  options: WatchOptions<T>,
  sink: Sink<T>,
  signal: AbortSignal,
): Promise<string> {
  const objects = new Map<string, T>();
  const keep = (item: unknown): void => {
    const seen = options.read(item);
    if (seen !== null) objects.set(seen.key, seen.value);
  };
  const version = await listPages(deps.request, options, keep, signal);
  sink.replaceAll(objects);
  return version;
}

interface WatchEnd {
  /** At least one event or bookmark came. */
  readonly progressed: boolean;
  /** null: list anew. */
  readonly resumeFrom: string | null;
}

async function watchOnce<T>(
  deps: WatchDeps,
  options: WatchOptions<T>,
  sink: Sink<T>,
  from: string,
  signal: AbortSignal,
): Promise<WatchEnd> {
  using silence = new Silence(options.silenceMs ?? SILENCE_MS, deps.reconnect);
  const query = {
    ...selectorsOf(options),
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion: from,
    timeoutSeconds: TIMEOUT_SECONDS,
  };
  const path = collectionPath(options.kind, options.namespace);
  const ended = AbortSignal.any([signal, silence.signal]);
  const body = await deps.stream({ method: 'GET', path, query, signal: ended });
  let version = from;
  // A bookmark may repeat the version: where nothing happens, a watch that ran its time has done its work all the same.
  let progressed = false;
  for await (const event of readEvents(body)) {
    silence.reset();
    if (event.kind === 'failed') {
      deps.onTrouble(`the server ended the watch (${event.code}): ${event.message}`);
      return { progressed: false, resumeFrom: null };
    }
    progressed = true;
    if (event.kind === 'bookmark') version = event.resourceVersion;
    else {
      sink.apply(event);
      version = resourceVersionOf(event.object);
    }
  }
  return { progressed, resumeFrom: version };
}
