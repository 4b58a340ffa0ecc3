/** Trace objects: made, brought up to date, finished. */
import { API_GROUP, API_VERSION, LABELS } from '../names.ts';
import { mapOutcome } from '../kube/outcome.ts';
import type { Outcome } from '../kube/outcome.ts';
import { readTrace } from '../kube/read-trace.ts';
import type { Resource } from '../kube/resource.ts';
import type { Facts } from './facts.ts';
import { traceName } from './object-names.ts';
import { isFinished } from './plan-gone.ts';
import type { TraceStatus } from './trace-status.ts';

interface TraceRef {
  readonly namespace: string;
  readonly name: string;
}

/** The Trace of these facts; one that a lagging cache misses is found by its name. */
export async function ensureTrace(traces: Resource, facts: Facts): Promise<Outcome<TraceRef>> {
  if (facts.trace !== null) return { kind: 'ok', value: facts.trace };
  const { pod, podUid } = facts;
  if (pod === null) return { kind: 'not-found' };
  const ref = { namespace: pod.namespace, name: traceName(pod.name, podUid) };
  const created = await traces.create(ref.namespace, {
    apiVersion: `${API_GROUP}/${API_VERSION}`,
    kind: 'Trace',
    metadata: { ...ref, labels: { [LABELS.targetUid]: podUid } },
    spec: { podName: pod.name, podUid },
  });
  return created.kind === 'already-exists' ? { kind: 'ok', value: ref } : mapOutcome(created, () => ref);
}

/**
 * Writes the fields that are given; those of earlier statuses stay unless they are given as null. What a lagging cache, or a replica that
 * has just lost its lead, decided does not undo a trace's end: the API server refuses it (manifests/base/crd-traces.yaml), and that is success.
 */
export async function writeTraceStatus(traces: Resource, facts: Facts, status: TraceStatus): Promise<Outcome<unknown>> {
  const trace = await ensureTrace(traces, facts);
  if (trace.kind !== 'ok') return trace;
  const { namespace, name } = trace.value;
  // A reason that no longer holds must go; all else only ever grows.
  const cleared = { reason: null, message: null };
  const written = await traces.mergePatch(namespace, name, { status: { ...cleared, ...status } }, 'status');
  if (written.kind !== 'refused') return written;
  return (await isFinishedNow(traces, facts)) ? { kind: 'ok', value: null } : written;
}

/** Asked of the API server just now, for a decision that the cache may be too old for. */
export async function isFinishedNow(traces: Resource, { trace, pod, podUid }: Facts): Promise<boolean> {
  const ref = trace ?? (pod === null ? null : { namespace: pod.namespace, name: traceName(pod.name, podUid) });
  if (ref === null) return false;
  const read = await traces.get(ref.namespace, ref.name);
  return read.kind === 'ok' && isFinished(readTrace(read.value)?.status?.phase);
}
