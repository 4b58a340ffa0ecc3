/** The tracer pod of a target: made, made again when it fails (the kernel has gone on recording), removed. */
import { act, join, NOTHING, recheckAt } from './plan-part.ts';
import type { PlanPart } from './plan-part.ts';
import { tracerBackoffMs, WAITS } from './plan-times.ts';
import type { Facts, TracerFacts } from './facts.ts';

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
    return act(
      {
        kind: 'record-event',
        reason: 'FlakTracerFailed',
        message:
          `The tracer ended and is replaced; the ledger in the kernel goes on recording. ${tracerWords(tracer)}`.trim(),
      },
      { kind: 'delete-tracer', force: false },
    );
  }
  const dueAtMs = attempts.lastAtMs + tracerBackoffMs(attempts.made);
  if (attempts.made > 0 && dueAtMs > now) return recheckAt(dueAtMs);
  const create = act({
    kind: 'create-tracer',
    arming: pod.gate === null ? 'late' : 'before-gate',
    medium: pod.gate?.medium ?? 'none',
  });
  // A refused creation changes nothing that is watched.
  return join(create, recheckAt(now + Math.max(1000, tracerBackoffMs(attempts.made + 1))));
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
