/** Actions as requests to the API server. Each may be repeated: what is there already, or gone already, is success. */
import { FLAK_NAMESPACE, GATE } from '../names.ts';
import type { LeaseMarks } from '../kube/lease-marks.ts';
import type { Outcome } from '../kube/outcome.ts';
import type { PodPatches, PodRef } from '../kube/patch-pod.ts';
import type { RecordEvent } from '../kube/events.ts';
import type { Resource } from '../kube/resource.ts';
import { traceStateName } from '../kube/trace-state.ts';
import type { FindTracerImage } from '../kube/tracer-image.ts';
import type { Action } from './actions.ts';
import type { Facts } from './facts.ts';
import { performStore } from './perform-store.ts';
import type { StoreDeps } from './perform-store.ts';
import { ensureTrace, isFinishedNow, writeTraceStatus } from './perform-trace.ts';
import { isEnding } from './target-pod.ts';
import { tracerPod } from './tracer-pod.ts';
import type { TracerSettings } from './tracer-pod.ts';

export interface PerformDeps extends StoreDeps {
  readonly pods: Resource;
  readonly configMaps: Resource;
  readonly podPatches: PodPatches;
  readonly evictPod: (pod: PodRef) => Promise<Outcome<unknown>>;
  readonly marks: Pick<LeaseMarks, 'avoidGateImage' | 'trustGateImage'>;
  readonly recordEvent: RecordEvent;
  readonly tracer: TracerSettings;
  readonly findTracerImage: FindTracerImage;
}

export type Perform = (action: Action, facts: Facts) => Promise<Outcome<unknown>>;

const DONE: Outcome<unknown> = { kind: 'ok', value: null };

/** The target as a reference; of a target that is gone, what its Trace knows. */
function refOf({ pod, trace, podUid }: Facts): PodRef {
  return {
    namespace: pod?.namespace ?? trace?.namespace ?? '',
    name: pod?.name ?? trace?.podName ?? '',
    uid: podUid,
  };
}

/** A change to a target that is not there any more is no failure: the next turn sees that it's gone. */
async function onTarget(request: Promise<Outcome<unknown>>): Promise<Outcome<unknown>> {
  const outcome = await request;
  return outcome.kind === 'not-found' ? DONE : outcome;
}

async function createTracer(
  deps: PerformDeps,
  facts: Facts,
  action: Extract<Action, { kind: 'create-tracer' }>,
): Promise<Outcome<unknown>> {
  const { pod, node, workload } = facts;
  if (pod?.nodeName == null || node.kind !== 'present') return { kind: 'conflict' };
  const image = await deps.findTracerImage();
  if (image.kind !== 'ok') return image;
  const order = {
    target: { ...pod, nodeName: pod.nodeName },
    nodeUid: node.uid,
    image: image.value,
    arming: action.arming,
    medium: action.medium,
    facts: {
      namespace: pod.namespace,
      podName: pod.name,
      workload,
      argumentRules: pod.wishes.argumentRules,
    },
  };
  // A tracer for a target whose trace has just been finished by another leader would find nothing to do.
  if (await isFinishedNow(deps.traces, facts)) return { kind: 'conflict' };
  if (isEnding(pod) && (await isFinalStored(deps, facts.podUid))) return { kind: 'conflict' };
  const created = await deps.pods.create(FLAK_NAMESPACE, tracerPod(order, deps.tracer));
  return created.kind === 'already-exists' ? DONE : created;
}

/** After an outage the watch of reports may be some seconds behind that of tracers: a tracer that ended may have been done. */
async function isFinalStored({ traceState }: PerformDeps, podUid: string): Promise<boolean> {
  const stored = await traceState.read(podUid);
  return stored.kind === 'ok' && stored.value.report.kind === 'final';
}

async function deleteTracer(deps: PerformDeps, { tracer }: Facts, force: boolean): Promise<Outcome<unknown>> {
  if (tracer === null) return DONE;
  const options = { uid: tracer.uid, ...(force ? { graceSeconds: 0 } : {}) };
  const removed = await deps.pods.remove(FLAK_NAMESPACE, tracer.name, options);
  return removed.kind === 'not-found' || removed.kind === 'conflict' ? DONE : removed;
}

async function deleteTraceState(deps: PerformDeps, podUid: string): Promise<Outcome<unknown>> {
  const removed = await deps.configMaps.remove(FLAK_NAMESPACE, traceStateName(podUid));
  return removed.kind === 'not-found' ? DONE : removed;
}

async function deleteTrace({ traces }: PerformDeps, { trace }: Facts): Promise<Outcome<unknown>> {
  if (trace === null) return DONE;
  const removed = await traces.remove(trace.namespace, trace.name);
  return removed.kind === 'not-found' ? DONE : removed;
}

async function finishUntraced(
  deps: PerformDeps,
  facts: Facts,
  action: Extract<Action, { kind: 'finish-untraced' }>,
): Promise<Outcome<unknown>> {
  const { reason, message, endedAtMs } = action;
  const endedAt = new Date(endedAtMs).toISOString();
  return writeTraceStatus(deps.traces, facts, { phase: 'Untraced', endedAt, reason, message });
}

function replaceGateImage(deps: PerformDeps, facts: Facts, image: string): Promise<Outcome<unknown>> {
  const gate = facts.pod?.gate;
  if (gate == null) return Promise.resolve(DONE);
  return onTarget(deps.podPatches.replaceGateImage(refOf(facts), { index: gate.index, name: GATE.container }, image));
}

export function createPerform(deps: PerformDeps): Perform {
  return (action, facts) => {
    const target = refOf(facts);
    switch (action.kind) {
      case 'create-trace':
        return action.status === null
          ? ensureTrace(deps.traces, facts)
          : writeTraceStatus(deps.traces, facts, action.status);
      case 'set-trace-status':
        return writeTraceStatus(deps.traces, facts, action.status);
      case 'add-finalizer':
        return onTarget(deps.podPatches.addFinalizer(target));
      case 'create-tracer':
        return createTracer(deps, facts, action);
      case 'delete-tracer':
        return deleteTracer(deps, facts, action.force);
      case 'open-gate':
        return onTarget(deps.podPatches.signalGate(target, 'open'));
      case 'release-gate':
        return onTarget(deps.podPatches.signalGate(target, `release:${action.reason}`));
      case 'replace-gate-image':
        return replaceGateImage(deps, facts, action.image);
      case 'evict-target':
        return onTarget(deps.evictPod(target));
      case 'avoid-gate-image':
        return deps.marks.avoidGateImage(action.image);
      case 'trust-gate-image':
        return deps.marks.trustGateImage();
      case 'store-profiles':
        return performStore(deps, facts, action);
      case 'finish-untraced':
        return finishUntraced(deps, facts, action);
      case 'remove-finalizer':
        return deps.podPatches.removeFinalizer(target);
      case 'delete-trace-state':
        return deleteTraceState(deps, facts.podUid);
      case 'delete-trace':
        return deleteTrace(deps, facts);
      case 'record-event':
        deps.recordEvent(target, action.reason, action.message);
        return Promise.resolve(DONE);
    }
  };
}
