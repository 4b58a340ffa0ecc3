/** The store's view of pods, over this replica's caches. */
import { isFinished } from '../controller/plan-gone.ts';
import { isEnding, isTerminal, isUnasked } from '../controller/target-pod.ts';
import type { TargetPod } from '../controller/target-pod.ts';
import type { PodView } from '../store/pod-view.ts';
import type { Target } from '../store/order.ts';
import type { Caches } from './caches.ts';
import type { LeaseView } from './lease-view.ts';
import { mapOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { readPod } from './read-pod.ts';
import type { Resource } from './resource.ts';

export interface PodViewDeps {
  readonly caches: Caches;
  readonly lease: Pick<LeaseView, 'uninstallingSinceMs'>;
  readonly synced: () => boolean;
  /** Requests for `v1` `pods`. */
  readonly pods: Pick<Resource, 'get'>;
}

export function createPodView({ caches, lease, synced, pods }: PodViewDeps): PodView {
  const listeners = new Map<string, Set<() => void>>();
  const tell = (podUid: string): void => {
    for (const listener of listeners.get(podUid) ?? []) listener();
  };
  caches.traced.onChange(tell);
  caches.asking.onChange(tell);
  caches.lease.onChange(() => {
    for (const podUid of listeners.keys()) tell(podUid);
  });
  /** Its run goes on, but nobody wants a trace of it any more: withdrawn, or given up. */
  const isLeft = (pod: TargetPod): boolean =>
    !isEnding(pod) && (isUnasked(pod) || isFinished(caches.traces.get(pod.uid)?.status?.phase));
  const targetOf = (pod: TargetPod | undefined): Target | undefined =>
    pod === undefined || isLeft(pod)
      ? undefined
      : { deleting: pod.deletionAtMs !== null, terminal: isTerminal(pod), ready: readyContainers(pod) };
  const target = (podUid: string): Target | undefined =>
    targetOf(caches.traced.get(podUid) ?? caches.asking.get(podUid));
  const isOpen = (podUid: string): boolean => {
    const trace = caches.traces.get(podUid);
    return target(podUid) !== undefined || (trace !== undefined && !isFinished(trace.status?.phase));
  };
  return {
    synced,
    target,
    lookUp: async (podUid) => mapOutcome(await findTarget(podUid, caches, pods), targetOf),
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

function readyContainers({ containers }: TargetPod): string[] {
  return containers.flatMap(({ readyId }) => (readyId === null ? [] : [readyId]));
}

/** The target's place is known from its tracer, the only one who asks. */
async function findTarget(
  podUid: string,
  { tracers, tracersByTarget }: Caches,
  pods: PodViewDeps['pods'],
): Promise<Outcome<TargetPod | undefined>> {
  const [name] = tracersByTarget.keysOf(podUid);
  const known = name === undefined ? undefined : tracers.get(name)?.target;
  if (known == null) return { kind: 'ok', value: undefined };
  const read = await pods.get(known.namespace, known.podName);
  if (read.kind === 'not-found') return { kind: 'ok', value: undefined };
  return mapOutcome(read, (object) => {
    const pod = readPod(object);
    return pod?.uid === podUid ? pod : undefined;
  });
}
