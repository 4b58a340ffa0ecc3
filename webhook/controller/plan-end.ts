/** A target that ends, or whose trace is being ended: wait for the last report, but never beyond the deadline. */
import { act, join, NOTHING, recheckAt } from './plan-part.ts';
import type { PlanPart } from './plan-part.ts';
import { extraReasons } from './plan-reasons.ts';
import { planStatus } from './plan-status.ts';
import { releaseGate } from './plan-give-up.ts';
import { WAITS } from './plan-times.ts';
import { ensureTracer, removeTracer, tracerEnded } from './plan-tracer.ts';
import { tellFlushWait } from './plan-waiting.ts';
import type { Facts } from './facts.ts';
import type { PartialReason } from '../../profile/recording.ts';
import { hasStarted, isEnding, isWithdrawn, overAtMs, stoppedAtMs } from './target-pod.ts';
import type { TargetPod } from './target-pod.ts';
import { explain } from './untraced-reasons.ts';
import type { TraceReason } from './untraced-reasons.ts';

interface Deadlines {
  /** Since when the last report is overdue. */
  readonly fromMs: number;
  readonly flushAtMs: number;
  readonly storeAtMs: number;
}

/** What became overdue while nobody led is given its time again: the tracer's last report may only be waiting for us. */
export function deadlinesOf(facts: Facts, fromMs: number): Deadlines {
  const from = Math.max(fromMs, facts.leadingSinceMs);
  const flushAtMs = from + facts.settings.flushDeadlineMs;
  return { fromMs: from, flushAtMs, storeAtMs: flushAtMs + WAITS.storeMs };
}

/**
 * A node's clock may be behind, or ahead: counted by it, the tracer's last report would be overdue at once, or never. While the kubelet has not
 * stopped the target there is nothing to report at the end of: after an outage it may hear of the deletion half a minute late.
 */
function flushDueFromMs({ seenStoppedAtMs }: Facts, pod: TargetPod): number {
  const silent = pod.awaitsKubelet && stoppedAtMs(pod) === null;
  return seenStoppedAtMs ?? overAtMs(pod) + (silent ? WAITS.silentKubeletMs : 0);
}

export function planEnd(facts: Facts, pod: TargetPod, now: number): PlanPart {
  const { report } = facts;
  const ending = isEnding(pod);
  const opening = ending ? NOTHING : releaseGate(pod, isWithdrawn(pod) ? 'withdrawn' : 'uninstalling');
  const deadlines = deadlinesOf(facts, ending ? flushDueFromMs(facts, pod) : now);
  if (report === null || report.kind === 'refused') {
    const reason = reasonWithoutRecording(facts, pod, deadlines, now);
    if (reason !== null) return join(opening, finishUntraced(facts, pod, reason, now));
  } else {
    const lacking = lackingReasons(facts, pod, deadlines, now);
    if (lacking !== null) return join(opening, storeProfiles(facts, pod, lacking, deadlines, now));
  }
  return join(opening, planStatus(facts, pod, null, true), awaitReport(facts, pod, deadlines, now));
}

/** Nothing but a report can move this on, or one of these times. */
function awaitReport(facts: Facts, pod: TargetPod, deadlines: Deadlines, now: number): PlanPart {
  if (!isEnding(pod)) {
    // Uninstalling or withdrawn: the tracer has been told to leave; a withdrawn one is asked by deleting it.
    const leaving = facts.uninstallingSinceMs === null ? removeTracer(facts, now) : NOTHING;
    return join(leaving, recheckAt((facts.uninstallingSinceMs ?? now) + WAITS.leaveMs));
  }
  return join(
    // A tracer that died at the end is made again: what its predecessor saw is still in the kernel.
    facts.report === null ? NOTHING : ensureTracer(facts, now),
    tellFlushWait(deadlines.fromMs, deadlines.flushAtMs, now),
    recheckAt(deadlines.flushAtMs),
  );
}

/** Why this target ends without any recording; null while one may still come. */
function reasonWithoutRecording(facts: Facts, pod: TargetPod, deadlines: Deadlines, now: number): TraceReason | null {
  const { report, tracer } = facts;
  if (!hasStarted(pod)) {
    if (pod.nodeName === null) return 'never-scheduled';
    if (pod.phase === 'Failed' && pod.statusReason !== null) return 'kubelet-rejected';
    if (pod.deletionAtMs !== null || pod.phase === 'Failed') return 'never-started';
  }
  if (report?.kind === 'refused') return report.refusal;
  if (facts.uninstallingSinceMs !== null) return 'uninstalling';
  if (!isEnding(pod)) return 'withdrawn';
  const silent = tracer === null || !tracer.everStarted || now >= deadlines.flushAtMs;
  if (!silent && facts.node.kind !== 'gone') return null;
  return pod.gate === null ? 'tracer-lost' : 'gate-timeout';
}

/** What the profile must admit when it is stored now; null while the last report may still come. */
function lackingReasons(
  facts: Facts,
  pod: TargetPod,
  deadlines: Deadlines,
  now: number,
): readonly PartialReason[] | null {
  const { report, tracer, node } = facts;
  if (report?.kind === 'final') return [];
  const lost: PartialReason = report?.kind === 'armed' ? 'tracer-lost' : 'flush-deadline';
  if (!isEnding(pod)) {
    const left = tracer === null || tracerEnded(tracer);
    const askedAtMs = facts.uninstallingSinceMs;
    return left || (askedAtMs !== null && now >= askedAtMs + WAITS.leaveMs) ? [lost] : null;
  }
  return node.kind === 'gone' || now >= deadlines.flushAtMs || leftForGood(facts, now) ? [lost] : null;
}

/** While Flak is being removed a tracer that has left gets no successor. */
function leftForGood({ tracer, uninstallingSinceMs }: Facts, now: number): boolean {
  if (uninstallingSinceMs === null) return false;
  return tracer === null || tracerEnded(tracer) || now >= uninstallingSinceMs + WAITS.leaveMs;
}

function finishUntraced(facts: Facts, pod: TargetPod, reason: TraceReason, now: number): PlanPart {
  const detail = facts.report?.kind === 'refused' ? facts.report.detail : pod.statusReason;
  const message = explain(reason, detail);
  return join(
    act({ kind: 'finish-untraced', reason, message, endedAtMs: now }),
    hasStarted(pod) ? act({ kind: 'record-event', reason: 'FlakNotTraced', message }) : NOTHING,
    letGo(facts, pod, now),
  );
}

function storeProfiles(
  facts: Facts,
  pod: TargetPod,
  lacking: readonly PartialReason[],
  deadlines: Deadlines,
  now: number,
): PlanPart {
  if (isEnding(pod) && now >= deadlines.storeAtMs) {
    // It was tried for a minute: the pod is let go all the same.
    const message = explain('not-stored');
    return join(
      act(
        { kind: 'record-event', reason: 'FlakNotTraced', message },
        { kind: 'finish-untraced', reason: 'not-stored', message, endedAtMs: now },
      ),
      letGo(facts, pod, now),
    );
  }
  const endedAtMs = isEnding(pod) ? Math.min(now, overAtMs(pod)) : now;
  const store = act({ kind: 'store-profiles', extraReasons: [...extraReasons(facts, pod), ...lacking], endedAtMs });
  return join(store, letGo(facts, pod, now), isEnding(pod) ? recheckAt(deadlines.storeAtMs) : NOTHING);
}

function letGo(facts: Facts, pod: TargetPod, now: number): PlanPart {
  return join(pod.held ? act({ kind: 'remove-finalizer' }) : NOTHING, removeTracer(facts, now));
}
