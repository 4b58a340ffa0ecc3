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

/**
 * A finished Trace says how one pod's tracing went; what was recorded lives on in the profiles. A week is time to read it; where
 * jobs come by the minute, an hour is: every replica keeps a record of each Trace, and so does etcd.
 */
const KEEP = { ms: 7 * 24 * 3_600_000, beyond: 5000, msBeyond: 3_600_000 } as const;

export function isOutdated({ trace, traces }: Pick<Facts, 'trace' | 'traces'>, now: number): boolean {
  const status = trace?.status;
  if (!isFinished(status?.phase) || status?.endedAt === undefined) return false;
  return now - Date.parse(status.endedAt) >= (traces > KEEP.beyond ? KEEP.msBeyond : KEEP.ms);
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
  if (tracer === null && report === null && isOutdated(facts, now)) return act({ kind: 'delete-trace' });
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
