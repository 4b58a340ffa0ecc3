/** Whenever a pod waits for Flak, an Event says for what, and until when at the latest. */
import { act, NOTHING, recheckAt } from './plan-part.ts';
import type { PlanPart } from './plan-part.ts';
import { WAITS } from './plan-times.ts';
import type { Facts } from './facts.ts';
import { tracerWords } from './plan-tracer.ts';
import type { TargetPod } from './target-pod.ts';

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function forWhat(facts: Facts): string {
  if (facts.report !== null) return 'the kubelet to pass on that the trace is armed';
  if (facts.tracer === null) return 'a tracer pod to be created';
  const words = tracerWords(facts.tracer);
  return `the tracer ${facts.tracer.name} to arm${words === '' ? '' : ` (${words})`}`;
}

/** At the gate. */
export function tellGateWait(facts: Facts, pod: TargetPod, now: number): PlanPart {
  if (pod.gate?.state.kind !== 'running') return NOTHING;
  const since = pod.gate.state.startedAtMs;
  if (now < since + WAITS.tellMs) return recheckAt(since + WAITS.tellMs);
  const timeoutMs = pod.gateTimeoutMs ?? facts.settings.gateTimeoutMs;
  const outcome = pod.failClosed ? 'then it fails' : 'then the pod starts untraced';
  const message = `The gate waits for ${forWhat(facts)}, until ${iso(since + timeoutMs)} at the latest; ${outcome}.`;
  return act({ kind: 'record-event', reason: 'FlakWaiting', message });
}

/** At its end, for the last report. */
export function tellFlushWait(overdueFromMs: number, deadlineAtMs: number, now: number): PlanPart {
  const tellAtMs = overdueFromMs + WAITS.tellMs;
  if (now < tellAtMs) return recheckAt(tellAtMs);
  const message = `The pod waits for the tracer's last report, until ${iso(deadlineAtMs)} at the latest; then a partial profile is stored.`;
  return act({ kind: 'record-event', reason: 'FlakWaiting', message });
}
