/** One turn for one target: gather what is known, decide, act. */
import type { Outcome } from '../kube/outcome.ts';
import type { Workload } from '../../profile/syscall-profile.ts';
import type { Action, Plan } from './actions.ts';
import type { Facts, NodeFacts, PlanSettings, ReportFacts, TracerFacts, TraceFacts } from './facts.ts';
import { plan } from './plan.ts';
import { isFinished, isOutdated } from './plan-gone.ts';
import type { Perform } from './perform.ts';
import type { Turn } from './queue.ts';
import { isEnding, stoppedAtMs } from './target-pod.ts';
import type { TargetPod } from './target-pod.ts';
import type { Thrift } from './thrift.ts';
import type { TracerPlaces } from './tracer-places.ts';

/** What the caches say; nothing here asks the API server. */
export interface Look {
  readonly pod: (podUid: string) => TargetPod | undefined;
  readonly trace: (podUid: string) => TraceFacts | undefined;
  /** How many there are. */
  readonly traces: () => number;
  readonly tracer: (podUid: string) => TracerFacts | undefined;
  readonly report: (podUid: string) => ReportFacts | undefined;
  readonly namespaceTerminating: (namespace: string) => boolean;
  readonly uninstallingSinceMs: () => number | null;
  readonly avoidedGateImage: () => Facts['avoidedGateImage'];
}

export interface ReconcileDeps {
  readonly look: Look;
  /** The pod of that name, asked of the API server; null when it is gone, or is another one. */
  readonly findPod: (ref: { namespace: string; name: string; uid: string }) => Promise<Outcome<TargetPod | null>>;
  readonly findNode: (name: string | null) => Promise<NodeFacts>;
  readonly findWorkload: (pod: TargetPod) => Promise<Workload | null>;
  readonly perform: Perform;
  readonly tracers: TracerPlaces;
  readonly thrift: Thrift;
  readonly settings: PlanSettings;
  readonly leadingSinceMs: number;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly onAction: (action: Action, outcome: Outcome<unknown>, facts: Facts) => void;
}

export type Reconcile = (podUid: string) => Promise<Turn>;

export function createReconcile(deps: ReconcileDeps): Reconcile {
  return async (podUid) => {
    const gathered = await gather(deps, podUid);
    if (gathered.kind !== 'facts') return gathered.turn;
    const decision = plan(gathered.facts, deps.now());
    return carryOut(deps, gathered.facts, decision);
  };
}

type Gathered = { readonly kind: 'facts'; readonly facts: Facts } | { readonly kind: 'turn'; readonly turn: Turn };

async function gather(deps: ReconcileDeps, podUid: string): Promise<Gathered> {
  const { look } = deps;
  const trace = look.trace(podUid) ?? null;
  const tracer = look.tracer(podUid) ?? null;
  if (tracer !== null) deps.tracers.arrived(podUid);
  const report = look.report(podUid) ?? null;
  const cached = look.pod(podUid);
  const closed = cached === undefined && tracer === null && report === null && isFinished(trace?.status?.phase);
  if (closed && !isOutdated({ trace, traces: look.traces() }, deps.now())) {
    forget(deps, podUid);
    return { kind: 'turn', turn: { kind: 'done' } };
  }
  const found = cached === undefined ? await findMissing(deps, podUid, trace, tracer) : ok(cached);
  if (found.kind !== 'ok') return { kind: 'turn', turn: { kind: 'failed', atLeastMs: 0 } };
  const pod = found.value;
  const [node, workload] = await Promise.all([
    deps.findNode(pod?.nodeName ?? null),
    trace?.status?.workload ?? tracer?.target?.workload ?? (pod === null ? null : deps.findWorkload(pod)),
  ]);
  return { kind: 'facts', facts: assemble(deps, { podUid, pod, trace, tracer, report, node, workload }) };
}

function ok<T>(value: T): Outcome<T> {
  return { kind: 'ok', value };
}

/** A pod that is missing from the caches may only have lost its labels, or not have arrived yet. */
function findMissing(
  deps: ReconcileDeps,
  uid: string,
  trace: TraceFacts | null,
  tracer: TracerFacts | null,
): Promise<Outcome<TargetPod | null>> {
  if (trace !== null) return deps.findPod({ namespace: trace.namespace, name: trace.podName, uid });
  const target = tracer?.target;
  if (target == null) return Promise.resolve(ok(null));
  return deps.findPod({ namespace: target.namespace, name: target.podName, uid });
}

type Found = Pick<Facts, 'podUid' | 'pod' | 'trace' | 'tracer' | 'report' | 'node' | 'workload'>;

function assemble({ look, tracers, settings, leadingSinceMs }: ReconcileDeps, found: Found): Facts {
  const { pod, trace, podUid } = found;
  const namespace = pod?.namespace ?? trace?.namespace ?? '';
  return {
    ...found,
    otherTracersOnNode: tracers.othersOnNode(pod?.nodeName ?? null, podUid),
    attempts: tracers.attempts(podUid),
    seenStoppedAtMs: tracers.seenStopped(podUid, pod !== null && isEnding(pod) && stoppedAtMs(pod) !== null),
    namespace: look.namespaceTerminating(namespace) ? 'terminating' : 'active',
    uninstallingSinceMs: look.uninstallingSinceMs(),
    leadingSinceMs,
    traces: look.traces(),
    avoidedGateImage: look.avoidedGateImage(),
    settings,
  };
}

/**
 * What says how things stand, but nobody waits for: refused, it doesn't keep the target from what follows. Anything that
 * may work later is waited for all the same, so that a Trace isn't left without its reason.
 */
const TELLING: readonly Action['kind'][] = [
  'create-trace',
  'set-trace-status',
  'finish-untraced',
  'record-event',
  'avoid-gate-image',
  'trust-gate-image',
];

function mayGoOn(action: Action, outcome: Outcome<unknown>): boolean {
  if (outcome.kind === 'ok') return true;
  return TELLING.includes(action.kind) && (outcome.kind === 'refused' || outcome.kind === 'not-found');
}

async function carryOut(deps: ReconcileDeps, facts: Facts, plan: Plan): Promise<Turn> {
  const { actions, recheckAfterMs } = deps.thrift.holdBack(facts, plan);
  let failed = false;
  for (const action of actions) {
    const outcome = await performOne(deps, action, facts);
    deps.onAction(action, outcome, facts);
    if (outcome.kind === 'ok') {
      deps.thrift.done(facts, action);
      continue;
    }
    failed = true;
    if (!mayGoOn(action, outcome)) {
      return { kind: 'failed', atLeastMs: outcome.kind === 'try-later' ? outcome.afterMs : 0 };
    }
  }
  if (failed) return { kind: 'failed', atLeastMs: 0 };
  if (actions.length === 0 && recheckAfterMs === undefined && facts.pod === null) forget(deps, facts.podUid);
  return recheckAfterMs === undefined ? { kind: 'done' } : { kind: 'again', afterMs: recheckAfterMs };
}

function forget({ tracers, thrift }: ReconcileDeps, podUid: string): void {
  tracers.forget(podUid);
  thrift.forget(podUid);
}

async function performOne(deps: ReconcileDeps, action: Action, facts: Facts): Promise<Outcome<unknown>> {
  if (action.kind !== 'create-tracer') return deps.perform(action, facts);
  const { tracers, settings } = deps;
  const nodeName = facts.pod?.nodeName ?? '';
  // Counted again and taken in one go: other targets of the node are being decided about at the same time.
  const full = tracers.othersOnNode(nodeName, facts.podUid) >= settings.tracersPerNode;
  // A successor takes the place of its predecessor.
  if (full && facts.report === null) return { kind: 'conflict' };
  tracers.reserve(facts.podUid, nodeName, deps.now());
  const outcome = await deps.perform(action, facts);
  tracers.settle(facts.podUid, outcome, deps.now());
  return outcome;
}
