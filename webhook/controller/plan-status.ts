/** The Trace's status while its target lives and ends, derived anew each time from what is seen. */
import { act, NOTHING } from './plan-part.ts';
import type { PlanPart } from './plan-part.ts';
import type { Facts } from './facts.ts';
import type { Obstacle } from './plan-give-up.ts';
import type { TargetPod } from './target-pod.ts';
import { explain } from './untraced-reasons.ts';
import { WAITS } from './plan-times.ts';
import { tracedProbes } from './traced-probes.ts';
import type { TracedContainer, TracePhase, TraceStatus } from './trace-status.ts';

/** Limits of manifests/base/crd-traces.yaml: what a pod's spec may hold beyond them is shown cut. */
const LIMITS = { containers: 512, words: 256, word: 8192, image: 512 } as const;

function shown(container: TracedContainer): TracedContainer {
  return {
    name: container.name,
    kind: container.kind,
    command: container.command.slice(0, LIMITS.words).map((word) => word.slice(0, LIMITS.word)),
    image: container.image.slice(0, LIMITS.image),
    imageDigest: container.imageDigest.slice(0, LIMITS.image),
  };
}

function phaseOf(facts: Facts, ending: boolean): TracePhase {
  if (facts.pod?.nodeName === null) return 'Pending';
  if (ending) return 'Flushing';
  return facts.report !== null && facts.report.kind !== 'refused' ? 'Recording' : 'Arming';
}

/** A restart of a container may make the status forget a digest; it is kept once seen. */
export function tracedContainers(facts: Facts, pod: TargetPod): TracedContainer[] {
  const known = new Map((facts.trace?.status?.containers ?? []).map(({ name, imageDigest }) => [name, imageDigest]));
  return pod.containers.slice(0, LIMITS.containers).map((container) => {
    const digest = container.imageDigest === '' ? known.get(container.name) : container.imageDigest;
    return shown({ ...container, imageDigest: digest ?? '' });
  });
}

function trouble(facts: Facts, pod: TargetPod, found: Obstacle | null): Pick<TraceStatus, 'reason' | 'message'> {
  if (found !== null) return { reason: found.reason, message: found.message };
  const openedAlone = pod.gate?.state.kind === 'terminated' && pod.gate.state.exitCode === 0;
  if (openedAlone && facts.report === null) return { reason: 'gate-timeout', message: explain('gate-timeout') };
  return {};
}

export function statusOf(facts: Facts, pod: TargetPod, found: Obstacle | null, ending: boolean): TraceStatus {
  const { report, tracer, workload } = facts;
  const recorded = report !== null && report.kind !== 'refused' ? report : null;
  return {
    phase: phaseOf(facts, ending),
    ...(pod.nodeName === null ? {} : { node: pod.nodeName }),
    ...(workload === null ? {} : { workload }),
    containers: tracedContainers(facts, pod),
    ...(tracer === null ? {} : { tracer: tracer.name }),
    ...(recorded === null ? {} : { armedAt: recorded.armedAt }),
    ...(recorded === null || recorded.gateOpenedAt === null ? {} : { gateOpenedAt: recorded.gateOpenedAt }),
    ...(recorded === null ? {} : { probes: tracedProbes(recorded) }),
    ...trouble(facts, pod, found),
  };
}

/** Creates the Trace or brings its status up to date; in a terminating namespace a missing one can't be made any more. */
export function planStatus(facts: Facts, pod: TargetPod, found: Obstacle | null, ending: boolean): PlanPart {
  const status = statusOf(facts, pod, found, ending);
  if (facts.trace === null) {
    if (facts.namespace !== 'active') return NOTHING;
    const patient = patienceOf(NEW, status) > 0;
    return act({ kind: 'create-trace', status: patient ? null : status }, ...addedEvent(pod));
  }
  const before = facts.trace.status ?? NEW;
  if (sameStatus(before, status)) return NOTHING;
  const started = status.phase === 'Recording' && before.phase !== 'Recording' && before.phase !== 'Flushing';
  const write = { kind: 'set-trace-status', status, patienceMs: patienceOf(before, status) } as const;
  return act(write, ...(started ? [startedEvent(status)] : []));
}

/** What the schema gives a new Trace (manifests/base/crd-traces.yaml). */
const NEW: TraceStatus = { phase: 'Pending' };

/** Reasons are waited for by people; and a recording target whose images are known says all that it will for long. */
function patienceOf(before: TraceStatus, next: TraceStatus): number {
  if (next.reason !== before.reason || next.message !== before.message) return 0;
  const begins = next.phase === 'Recording' && before.phase !== 'Recording';
  const apps = (next.containers ?? []).filter(({ kind }) => kind === 'app');
  return begins && apps.every(({ imageDigest }) => imageDigest !== '') ? 0 : WAITS.statusMs;
}

function addedEvent(pod: TargetPod): PlanPart['actions'] {
  if (pod.gate === null) return [];
  const until = pod.failClosed ? 'opens only when the trace is armed' : 'waits until the trace is armed';
  return [
    {
      kind: 'record-event',
      reason: 'FlakGateAdded',
      message: `The gate (first init container, ${pod.gate.medium}) ${until}.`,
    },
  ];
}

function startedEvent(status: TraceStatus): PlanPart['actions'][number] {
  return {
    kind: 'record-event',
    reason: 'FlakTracingStarted',
    message: `Recording since ${status.armedAt ?? 'now'} by ${status.tracer ?? 'a tracer'} in flak-system.`,
  };
}

/** Both are plain JSON; key order doesn't count, absent and undefined are the same. */
export function sameStatus(a: TraceStatus, b: TraceStatus): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
