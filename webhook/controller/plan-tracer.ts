/** The tracer pod of a target: made, made again when it fails (the kernel has gone on recording), removed. */
import { execHashesOf } from './exec-hashes.ts';
import { act, join, NOTHING, recheckAt } from './plan-part.ts';
import type { PlanPart } from './plan-part.ts';
import { tracerBackoffMs, WAITS } from './plan-times.ts';
import type { Facts, TracerFacts } from './facts.ts';
import { isEnding } from './target-pod.ts';

/** It has ended on its own and will not come back. */
export function tracerEnded(tracer: TracerFacts): boolean {
  return tracer.phase === 'Failed' || tracer.phase === 'Succeeded';
}

/** Sees to it that a tracer exists, with a pause that grows with every one that failed. */
export function ensureTracer(facts: Facts, now: number): PlanPart {
  const { pod, tracer, attempts, node } = facts;
  if (pod?.nodeName === null || pod === null || node.kind !== 'present') return NOTHING;
  if (tracer !== null && tracer.deletionAtMs !== null) return removeTracer(facts, now);
  if (tracer !== null) {
    if (!tracerEnded(tracer)) return NOTHING;
    // One that ended well at its target's end has most likely done all it had to, and the report is on its way to us.
    const mayBeDone = tracer.phase === 'Succeeded' && isEnding(pod);
    return join(mayBeDone ? NOTHING : act(endedEvent(tracer)), act({ kind: 'delete-tracer', force: false }));
  }
  const dueAtMs = attempts.lastAtMs + tracerBackoffMs(attempts.made);
  if (attempts.made > 0 && dueAtMs > now) return recheckAt(dueAtMs);
  const create = act({
    kind: 'create-tracer',
    arming: pod.gate === null ? 'late' : 'before-gate',
    medium: pod.gate?.medium ?? 'none',
  });
  const { unmatched } = execHashesOf(pod);
  // A refused creation changes nothing that is watched.
  return join(
    create,
    unmatched === 0 ? NOTHING : act(commandsEvent(unmatched)),
    recheckAt(now + Math.max(1000, tracerBackoffMs(attempts.made + 1))),
  );
}

function endedEvent(tracer: TracerFacts): PlanPart['actions'][number] {
  const what = 'The tracer ended and is replaced; the ledger in the kernel goes on recording.';
  return { kind: 'record-event', reason: 'FlakTracerFailed', message: `${what} ${tracerWords(tracer)}`.trim() };
}

function commandsEvent(unmatched: number): PlanPart['actions'][number] {
  return {
    kind: 'record-event',
    reason: 'FlakCommandsUnknown',
    message:
      `${unmatched} commands of exec probes or lifecycle hooks are too long, or too many, to be told from those of \`kubectl exec\`. ` +
      'What they call is kept apart and is in no profile unless asked for.',
  };
}

/** Removes the tracer, waits for it to end by itself first, and doesn't wait for a silent node. */
export function removeTracer({ tracer }: Facts, now: number): PlanPart {
  if (tracer === null) return NOTHING;
  if (tracer.deletionAtMs === null) return act({ kind: 'delete-tracer', force: false });
  const forceAtMs = tracer.deletionAtMs + WAITS.forceTracerMs;
  return forceAtMs <= now ? act({ kind: 'delete-tracer', force: true }) : recheckAt(forceAtMs);
}

/** What is known of a tracer's trouble, in the cluster's own words. */
export function tracerWords(tracer: TracerFacts | null): string {
  if (tracer === null) return '';
  const words = [tracer.statusReason, tracer.statusMessage, tracer.waitingReason, tracer.waitingMessage];
  return words.filter((word) => word !== null && word !== '').join(': ');
}
