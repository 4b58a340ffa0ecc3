/** The store's view of pods, over this replica's caches. */
import { isFinished } from '../controller/plan-gone.ts';
import { isTerminal } from '../controller/target-pod.ts';
import type { PodView } from '../store/pod-view.ts';
import type { Target } from '../store/order.ts';
import type { Caches } from './caches.ts';
import type { LeaseView } from './lease-view.ts';

export interface PodViewDeps {
  readonly caches: Caches;
  readonly lease: Pick<LeaseView, 'uninstallingSinceMs'>;
  readonly synced: () => boolean;
  /** ms since the epoch. */
  readonly now: () => number;
}

/**
 * Targets and tracers come from different watches (a pod labelled late has no label in common with a tracer), so a young tracer may be
 * seen before its target. A target that is missing means something only once the tracer is older than any watch is late.
 */
const YOUNG_TRACER_MS = 10_000;

export function createPodView({ caches, lease, synced, now }: PodViewDeps): PodView {
  const listeners = new Map<string, Set<() => void>>();
  const tell = (podUid: string): void => {
    for (const listener of listeners.get(podUid) ?? []) listener();
  };
  caches.traced.onChange(tell);
  caches.asking.onChange(tell);
  caches.lease.onChange(() => {
    for (const podUid of listeners.keys()) tell(podUid);
  });
  const hasYoungTracer = (podUid: string): boolean =>
    [...caches.tracersByTarget.keysOf(podUid)].some(
      (name) => now() - (caches.tracers.get(name)?.createdAtMs ?? 0) < YOUNG_TRACER_MS,
    );
  const target = (podUid: string): Target | undefined => {
    const pod = caches.traced.get(podUid) ?? caches.asking.get(podUid);
    if (pod !== undefined) return { deleting: pod.deletionAtMs !== null, terminal: isTerminal(pod) };
    return hasYoungTracer(podUid) ? { deleting: false, terminal: false } : undefined;
  };
  const isOpen = (podUid: string): boolean => {
    const trace = caches.traces.get(podUid);
    return target(podUid) !== undefined || (trace !== undefined && !isFinished(trace.status?.phase));
  };
  return {
    synced,
    target,
    isOpen,
    tracer: (podName) => {
      const tracer = caches.tracers.get(podName);
      const live = tracer !== undefined && tracer.phase !== 'Succeeded' && tracer.phase !== 'Failed';
      return live ? { uid: tracer.uid, targetUid: tracer.targetUid } : undefined;
    },
    uninstalling: () => lease.uninstallingSinceMs() !== null,
    onChange: (podUid, listener) => {
      const own = listeners.get(podUid) ?? new Set();
      listeners.set(podUid, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0) listeners.delete(podUid);
      };
    },
  };
}
