/** The controller while its replica leads: every change of an object becomes a key, every key a turn. */
import type { Caches } from '../kube/caches.ts';
import type { Turn, WorkQueue } from './queue.ts';

export interface ControllerDeps {
  readonly caches: Caches;
  /** Resolves when every cache has had its first list. */
  readonly synced: () => Promise<void>;
  /** A queue of its own for each time of leading. */
  readonly createQueue: () => WorkQueue;
  /** @param leadingSinceMs ms since the epoch */
  readonly createReconcile: (leadingSinceMs: number) => (podUid: string) => Promise<Turn>;
  /** Calls back once after so many milliseconds, unless cancelled. */
  readonly startTimer: (afterMs: number, then: () => void) => { readonly cancel: () => void };
  readonly now: () => number;
  /** An unexpected failure; the key comes back. */
  readonly onDefect: (error: unknown, podUid: string) => void;
}

export interface Controller {
  /** Works until the signal is aborted. */
  readonly lead: (signal: AbortSignal) => Promise<void>;
  /** Keys waiting or under way; 0 while another replica leads. */
  readonly depth: () => number;
  readonly leading: () => boolean;
}

/** Everything is looked at again so often, in case something was missed by all watches: it never was, but it is cheap. */
const RESYNC_MS = 5 * 60_000;

export function createController(deps: ControllerDeps): Controller {
  const { caches } = deps;
  let queue: WorkQueue | null = null;
  const add = (podUid: string): void => queue?.add(podUid);
  const addAll = (): void => {
    for (const podUid of keysOf(caches)) add(podUid);
  };
  listen(caches, add, addAll);
  return {
    depth: () => queue?.depth() ?? 0,
    leading: () => queue !== null,
    lead: async (signal) => {
      await Promise.race([deps.synced(), aborted(signal)]);
      if (signal.aborted) return;
      const own = deps.createQueue();
      queue = own;
      const reconcile = deps.createReconcile(deps.now());
      addAll();
      const resync = every(deps, RESYNC_MS, addAll);
      try {
        await own.run((podUid) => guarded(deps, reconcile, podUid), signal);
      } finally {
        resync.cancel();
        queue = null;
      }
    },
  };
}

function listen(caches: Caches, add: (podUid: string) => void, addAll: () => void): void {
  for (const cache of [caches.traced, caches.asking, caches.traces, caches.reports]) cache.onChange(add);
  caches.tracers.onChange((_name, { targetUid }) => {
    add(targetUid);
  });
  let marked: string | null = null;
  caches.lease.onChange((_name, { uninstalling }) => {
    const mark = uninstalling === null ? null : `${uninstalling.subject}@${uninstalling.atMs}`;
    if (mark !== marked) addAll();
    marked = mark;
  });
  // Not for each: what changes in a namespace's labels is admission's business.
  const terminating = new Set<string>();
  caches.namespaces.onChange((name, value) => {
    const now = value.terminating && caches.namespaces.get(name) !== undefined;
    if (now === terminating.has(name)) return;
    if (now) terminating.add(name);
    else terminating.delete(name);
    for (const { namespace, uid } of caches.traced.list()) if (namespace === name) add(uid);
  });
}

function keysOf(caches: Caches): ReadonlySet<string> {
  return new Set([
    ...caches.traced.list().map(({ uid }) => uid),
    ...caches.asking.list().map(({ uid }) => uid),
    ...caches.tracers.list().map(({ targetUid }) => targetUid),
    ...caches.reports.keys(),
    ...caches.traces.list().map(({ podUid }) => podUid),
  ]);
}

async function guarded(
  deps: ControllerDeps,
  reconcile: (podUid: string) => Promise<Turn>,
  podUid: string,
): Promise<Turn> {
  try {
    return await reconcile(podUid);
  } catch (error) {
    deps.onDefect(error, podUid);
    return { kind: 'failed', atLeastMs: 0 };
  }
}

function every({ startTimer }: ControllerDeps, ms: number, then: () => void): { readonly cancel: () => void } {
  let timer = startTimer(ms, tick);
  function tick(): void {
    then();
    timer = startTimer(ms, tick);
  }
  return {
    cancel: () => {
      timer.cancel();
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
