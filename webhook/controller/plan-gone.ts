/** A target that is no more, and what it may have left behind. */
import { act, join, NOTHING } from './plan-part.ts';
import type { PlanPart } from './plan-part.ts';
import { removeTracer, tracerEnded } from './plan-tracer.ts';
import type { Facts } from './facts.ts';
import type { TracePhase } from './trace-status.ts';
import { explain } from './untraced-reasons.ts';

export function isFinished(phase: TracePhase | undefined): boolean {
  return phase === 'Complete' || phase === 'Untraced';
}

/** Tracer first: as long as it lives it may send its report again, and the store would keep it again. */
export function planLeftovers(facts: Facts, now: number): PlanPart {
  if (facts.tracer !== null) return removeTracer(facts, now);
  return facts.report === null ? NOTHING : act({ kind: 'delete-trace-state' });
}

/**
 * The pod went although its trace was open: somebody removed the finalizer. The tracer is asked for what it has (by
 * deleting it: it sends a last report on SIGTERM), then the last report stands.
 */
export function planGone(facts: Facts, now: number): PlanPart {
  const { trace, tracer, report } = facts;
  if (trace === null || isFinished(trace.status?.phase)) return planLeftovers(facts, now);
  if (tracer !== null && !tracerEnded(tracer) && tracer.everStarted && report?.kind !== 'final') {
    return removeTracer(facts, now);
  }
  if (report === null || report.kind === 'refused') {
    const reason = report?.refusal ?? 'finalizer-removed';
    const message = explain(reason);
    return join(act({ kind: 'finish-untraced', reason, message, endedAtMs: now }), planLeftovers(facts, now));
  }
  const extra = report.kind === 'final' ? [] : (['finalizer-removed'] as const);
  return join(act({ kind: 'store-profiles', extraReasons: extra, endedAtMs: now }), planLeftovers(facts, now));
}
