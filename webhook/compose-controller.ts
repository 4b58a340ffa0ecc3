/** Wires the controller to the API server. */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Configuration } from './configuration.ts';
import { createPerform } from './controller/perform.ts';
import type { Perform } from './controller/perform.ts';
import { createWorkQueue } from './controller/queue.ts';
import { createReconcile } from './controller/reconcile.ts';
import type { Look, Reconcile } from './controller/reconcile.ts';
import { createController } from './controller/run.ts';
import type { Controller } from './controller/run.ts';
import { createThrift } from './controller/thrift.ts';
import { createTracerPlaces } from './controller/tracer-places.ts';
import { syncCaches } from './kube/caches.ts';
import type { Caches } from './kube/caches.ts';
import type { KubeApi } from './kube/client.ts';
import { createRecordEvent } from './kube/events.ts';
import { createFindNode } from './kube/find-node.ts';
import { KINDS } from './kube/kinds.ts';
import { createLeaseMarks } from './kube/lease-marks.ts';
import type { LeaseView } from './kube/lease-view.ts';
import { mapOutcome } from './kube/outcome.ts';
import { createPodPatches, evictPod } from './kube/patch-pod.ts';
import { createStoreProfile } from './kube/profiles.ts';
import { readPod } from './kube/read-pod.ts';
import { createResource } from './kube/resource.ts';
import { createTraceState } from './kube/trace-state.ts';
import { createFindTracerImage } from './kube/tracer-image.ts';
import { createFindWorkload } from './kube/workload.ts';
import type { ControllerMetrics } from './telemetry/controller-metrics.ts';
import { logAction } from './telemetry/log-action.ts';

export interface ControllerParts {
  readonly configuration: Configuration;
  readonly kube: KubeApi;
  readonly caches: Caches;
  readonly lease: LeaseView;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ControllerMetrics;
}

export function composeController(parts: ControllerParts): Controller {
  const { caches, clock, configuration, log } = parts;
  const perform = composePerform(parts);
  return createController({
    caches,
    synced: () => syncCaches(caches),
    createQueue: () =>
      createWorkQueue({
        startTimer: clock.startTimer,
        random: Math.random,
        concurrency: configuration.concurrency,
      }),
    createReconcile: (leadingSinceMs) => composeReconcile(parts, perform, leadingSinceMs),
    startTimer: clock.startTimer,
    now: clock.now,
    onDefect: (err, podUid) => {
      log.error({ err, podUid }, 'a turn failed unexpectedly');
    },
  });
}

function composeReconcile(parts: ControllerParts, perform: Perform, leadingSinceMs: number): Reconcile {
  const { caches, clock, configuration, kube, log, metrics } = parts;
  const pods = createResource(kube.request, KINDS.pods);
  return createReconcile({
    look: lookInto(parts),
    findPod: async ({ namespace, name, uid }) => {
      const read = mapOutcome(await pods.get(namespace, name), readPod);
      if (read.kind === 'not-found') return { kind: 'ok', value: null };
      return mapOutcome(read, (pod) => (pod?.uid === uid ? pod : null));
    },
    findNode: createFindNode(kube.request, clock.steadyMs),
    findWorkload: createFindWorkload(kube.request, clock.steadyMs),
    perform,
    tracers: createTracerPlaces((nodeName) => targetsOf(caches, caches.tracersByNode.keysOf(nodeName)), clock.now),
    thrift: createThrift(clock.now),
    settings: {
      flushDeadlineMs: configuration.flushDeadlineMs,
      gateTimeoutMs: configuration.gate.timeoutSeconds * 1000,
      tracersPerNode: configuration.tracer.perNode,
      gateImage: configuration.gate.image,
      gateImageMirror: configuration.gate.imageMirror,
      probes: configuration.probes,
    },
    leadingSinceMs,
    now: clock.now,
    onAction: ({ kind }, outcome, { podUid, pod, trace }) => {
      metrics.onAction(kind, outcome.kind);
      const target = { podUid, namespace: pod?.namespace ?? trace?.namespace, pod: pod?.name ?? trace?.podName };
      logAction(log, target, kind, outcome);
    },
  });
}

/** Tracers that ended hold no place. */
function targetsOf({ tracers }: Caches, names: ReadonlySet<string>): ReadonlySet<string> {
  const live = [...names].flatMap((name) => {
    const tracer = tracers.get(name);
    return tracer === undefined || tracer.phase === 'Succeeded' || tracer.phase === 'Failed' ? [] : [tracer.targetUid];
  });
  return new Set(live);
}

function lookInto({ caches, lease }: ControllerParts): Look {
  return {
    pod: (uid) => caches.traced.get(uid) ?? caches.asking.get(uid),
    trace: (uid) => caches.traces.get(uid),
    traces: () => caches.traces.size(),
    tracer: (uid) => {
      const [name] = caches.tracersByTarget.keysOf(uid);
      return name === undefined ? undefined : caches.tracers.get(name);
    },
    report: (uid) => caches.reports.get(uid),
    // A namespace that isn't there any more has nothing left that could be created in it either.
    namespaceTerminating: (name) => caches.namespaces.get(name)?.terminating ?? name !== '',
    uninstallingSinceMs: lease.uninstallingSinceMs,
    avoidedGateImage: lease.avoidedGateImage,
  };
}

function composePerform({ configuration, kube, clock, metrics }: ControllerParts): Perform {
  const { tracer, flushDeadlineMs, identity } = configuration;
  const resource = (kind: (typeof KINDS)[keyof typeof KINDS]) => createResource(kube.request, kind);
  const pods = resource(KINDS.pods);
  const configMaps = resource(KINDS.configMaps);
  const recordEvent = createRecordEvent({
    request: kube.request,
    now: clock.now,
    randomSuffix: () => randomBytes(8).toString('hex'),
    identity,
    onDropped: () => {
      metrics.onEventDropped();
    },
  });
  return createPerform({
    pods,
    configMaps,
    traces: resource(KINDS.traces),
    traceState: createTraceState(configMaps),
    storeProfile: createStoreProfile(resource(KINDS.syscallProfiles)),
    podPatches: createPodPatches(pods),
    evictPod: (pod) => evictPod(kube.request, pod),
    marks: createLeaseMarks(resource(KINDS.leases), clock.now),
    recordEvent,
    tracer: {
      tracerCpuRequest: tracer.cpuRequest,
      tracerMemoryRequest: tracer.memoryRequest,
      tracerMemoryLimit: tracer.memoryLimit,
      probes: configuration.probes,
      flushDeadlineMs,
      gateTimeoutMs: configuration.gate.timeoutSeconds * 1000,
    },
    findTracerImage: createFindTracerImage({
      podTemplates: resource(KINDS.podTemplates),
      fallback: tracer.image,
      steadyMs: clock.steadyMs,
    }),
    onStored: ({ podUid, pod }, status) => {
      metrics.onStored(status.phase === 'Complete' ? 'Complete' : 'Untraced');
      if (pod !== null) recordEvent({ ...pod, uid: podUid }, ...storedEvent(status));
    },
  });
}

function storedEvent(status: {
  readonly phase: string;
  readonly profiles?: readonly string[];
  readonly message?: string;
}): ['FlakProfileStored' | 'FlakNotTraced', string] {
  if (status.phase !== 'Complete') return ['FlakNotTraced', status.message ?? ''];
  const names = (status.profiles ?? []).join(', ');
  return [
    'FlakProfileStored',
    `Stored as ${names}${status.message === undefined ? '.' : ` (partial: ${status.message}).`}`,
  ];
}
