/** Facts to vary in tests: a gated, running, recorded pod on a healthy node unless said otherwise. */
import type { Action, Plan } from '../../../../webhook/controller/actions.ts';
import type { Facts, TracerFacts, TraceFacts } from '../../../../webhook/controller/facts.ts';
import type { Gate, TargetContainer, TargetPod } from '../../../../webhook/controller/target-pod.ts';
import type { TraceStatus } from '../../../../webhook/controller/trace-status.ts';
import { TRACER_SETTINGS } from './tracer-settings.ts';
import { readWishes } from '../../../../webhook/wishes.ts';

export const NOW = Date.UTC(2026, 0, 1, 12);
export const UID = '3c1f6a52-7d0b-4a52-9b5e-2f6c1f0f9a11';

export function container(changes: Partial<TargetContainer> = {}): TargetContainer {
  return {
    name: 'app',
    kind: 'app',
    command: ['serve'],
    execCommands: [],
    image: 'app:1',
    imageDigest: 'app@sha256:1',
    state: { kind: 'running', startedAtMs: NOW - 60_000 },
    everStarted: true,
    containerIds: ['containerd://a'],
    readyId: null,
    lastFinishedAtMs: null,
    mounts: [],
    ...changes,
  };
}

export const WAITING_CONTAINER = container({
  state: { kind: 'waiting', reason: 'PodInitializing' },
  everStarted: false,
  imageDigest: '',
  containerIds: [],
});

export function stopped(atMs: number): TargetContainer {
  return container({ state: { kind: 'terminated', exitCode: 0, finishedAtMs: atMs }, lastFinishedAtMs: atMs });
}

export function gate(changes: Partial<Gate> = {}): Gate {
  const ended = { kind: 'terminated', exitCode: 0, finishedAtMs: NOW - 61_000 } as const;
  return { medium: 'hostPath', image: 'gate:1', index: 0, state: ended, ...changes };
}

export const WAITING_GATE = gate({ state: { kind: 'running', startedAtMs: NOW - 1000 } });

export function pod(changes: Partial<TargetPod> = {}): TargetPod {
  return {
    uid: UID,
    namespace: 'shop',
    name: 'web-1',
    createdAtMs: NOW - 70_000,
    nodeName: 'node-a',
    phase: 'Running',
    statusReason: null,
    deletionAtMs: null,
    awaitsKubelet: false,
    graceSeconds: 30,
    held: true,
    optIn: 'true',
    traced: true,
    signal: { kind: 'none' },
    failClosed: false,
    verifies: false,
    wishes: readWishes({}).wishes,
    gateTimeoutMs: null,
    gate: gate(),
    containers: [container()],
    owner: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs' },
    scheduledAtMs: NOW - 69_000,
    lastTransitionAtMs: NOW - 60_000,
    mirror: false,
    unsupported: null,
    ...changes,
  };
}

/** Scheduled, its gate running, nothing of its own started. */
export function waitingPod(changes: Partial<TargetPod> = {}): TargetPod {
  return pod({ phase: 'Pending', gate: WAITING_GATE, containers: [WAITING_CONTAINER], ...changes });
}

/** Labelled while it runs: no gate. */
export function latePod(changes: Partial<TargetPod> = {}): TargetPod {
  return pod({ traced: false, gate: null, held: false, ...changes });
}

export function tracer(changes: Partial<TracerFacts> = {}): TracerFacts {
  return {
    name: 'tracer-web-1-3c1f6a52',
    uid: 'tracer-uid',
    targetUid: UID,
    nodeName: 'node-a',
    phase: 'Running',
    createdAtMs: NOW - 65_000,
    deletionAtMs: null,
    waitingReason: null,
    waitingMessage: null,
    restartCount: 0,
    everStarted: true,
    statusReason: null,
    statusMessage: null,
    target: null,
    ...changes,
  };
}

export const STARTING_TRACER = tracer({ phase: 'Pending', everStarted: false, createdAtMs: NOW - 2000 });

export function trace(status: TraceStatus | null = { phase: 'Arming' }): TraceFacts {
  return { namespace: 'shop', name: 'web-1-3c1f6a52', podUid: UID, podName: 'web-1', resourceVersion: '1', status };
}

export function recordedFacts(kind: 'armed' | 'snapshot' | 'final' = 'snapshot') {
  return {
    kind,
    arming: 'before-gate',
    armedAt: new Date(NOW - 62_000).toISOString(),
    gateOpenedAt: new Date(NOW - 61_500).toISOString(),
    falco: null,
    files: null,
  } as const;
}

export function facts(changes: Partial<Facts> = {}): Facts {
  return {
    podUid: UID,
    pod: pod(),
    trace: trace(),
    tracer: tracer(),
    report: recordedFacts(),
    node: { kind: 'present', uid: 'node-uid', traceable: true },
    otherTracersOnNode: 0,
    attempts: { made: 1, lastAtMs: NOW - 65_000, refused: null },
    seenStoppedAtMs: null,
    namespace: 'active',
    traces: 1,
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    uninstallingSinceMs: null,
    leadingSinceMs: NOW - 3_600_000,
    avoidedGateImage: null,
    settings: {
      flushDeadlineMs: 30_000,
      gateTimeoutMs: 60_000,
      tracersPerNode: 10,
      gateImage: 'gate:1',
      gateImageMirror: null,
      probes: TRACER_SETTINGS.probes,
    },
    ...changes,
  };
}

/** What a plan does, without the words and the bookkeeping. */
export function kinds({ actions }: Plan): Action['kind'][] {
  return actions.map(({ kind }) => kind).filter((kind) => kind !== 'record-event' && kind !== 'set-trace-status');
}

export function action<K extends Action['kind']>(plan: Plan, kind: K): Extract<Action, { kind: K }> | undefined {
  return plan.actions.find((one): one is Extract<Action, { kind: K }> => one.kind === kind);
}

export function eventReasons({ actions }: Plan): string[] {
  return actions.flatMap((one) => (one.kind === 'record-event' ? [one.reason] : []));
}
