import type { AdmissionFacts, NamespaceFacts } from './decide.ts';
import { jobOf } from './decide.ts';
import type { Pod } from './pod.ts';
import { verifyTraceId, type TraceIdCrypto, type TraceIdSubject } from './trace-id.ts';
import type { RuntimeClassFacts } from './unsupported.ts';
import { ANNOTATIONS } from '../names.ts';

/**
 * What the caches know of the cluster. An object made a moment ago may not have reached them: an implementation may then
 * ask the API server, for a second at most, before it answers that it doesn't know.
 */
export interface ClusterFacts {
  namespace(name: string): NamespaceFacts | undefined | Promise<NamespaceFacts | undefined>;
  runtimeClass(name: string): RuntimeClassFacts | undefined | Promise<RuntimeClassFacts | undefined>;
  podFailurePolicy(namespace: string, job: string): boolean | 'unknown' | Promise<boolean | 'unknown'>;
}

/** What Flak itself can do just now. */
export interface FlakCondition {
  /** A leader has renewed its Lease within the last 15 s. */
  controllerAlive(): boolean;
  gateImageAvailable(): boolean;
  uninstalling(): boolean;
}

export interface FactSources {
  readonly cluster: ClusterFacts;
  readonly condition: FlakCondition;
  readonly crypto: TraceIdCrypto;
  readonly now: () => number;
}

export async function gatherFacts(pod: Pod, namespace: string, sources: FactSources): Promise<AdmissionFacts> {
  const { cluster, condition } = sources;
  const { runtimeClassName } = pod.spec;
  const job = jobOf(pod);
  // At once: each may take a second, and a review has five.
  const [namespaceFacts, runtimeClass, podFailurePolicy] = await Promise.all([
    cluster.namespace(namespace),
    runtimeClassName ? cluster.runtimeClass(runtimeClassName) : undefined,
    job === undefined ? false : cluster.podFailurePolicy(namespace, job),
  ]);
  return {
    pod,
    namespace,
    namespaceFacts,
    runtimeClass,
    podFailurePolicy,
    traceIdValid: verifyTraceId(
      pod.metadata.annotations?.[ANNOTATIONS.traceId],
      subjectOf(pod, namespace),
      sources.now(),
      sources.crypto,
    ),
    controllerAlive: condition.controllerAlive(),
    gateImageAvailable: condition.gateImageAvailable(),
    uninstalling: condition.uninstalling(),
  };
}

/** The request's namespace, since the pod's own field may still be empty. */
export function subjectOf({ metadata }: Pod, namespace: string): TraceIdSubject {
  return { namespace, name: metadata.name ?? '', generateName: metadata.generateName ?? '' };
}
