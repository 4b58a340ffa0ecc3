/** A target that is neither ending nor given up: get it armed, open its gate, keep its tracer. */
import { act, join, NOTHING, recheckAt } from './plan-part.ts';
import type { PlanPart } from './plan-part.ts';
import { findObstacle, giveUp, keepsTrying, obstacleRecheck } from './plan-give-up.ts';
import { planGateImage } from './plan-gate-image.ts';
import { planStatus } from './plan-status.ts';
import { WAITS } from './plan-times.ts';
import { ensureTracer } from './plan-tracer.ts';
import { tellGateWait } from './plan-waiting.ts';
import type { Facts } from './facts.ts';
import { isLate } from './target-pod.ts';
import type { TargetPod } from './target-pod.ts';

export function planAlive(facts: Facts, pod: TargetPod, now: number): PlanPart {
  const late = isLate(pod);
  // A gateless pod that doesn't run yet has nothing to record.
  if (late && pod.phase !== 'Running') return NOTHING;
  const found = pod.nodeName === null ? null : findObstacle(facts, now);
  const status = planStatus(facts, pod, found, false);
  if (found !== null && !keepsTrying(pod, found)) return join(status, giveUp(facts, pod, found, now));
  if (late && found !== null) return join(status, obstacleRecheck(found, now));
  return join(
    late && !pod.held ? act({ kind: 'add-finalizer' }) : NOTHING,
    status,
    planGateImage(facts, now),
    found === null ? planTracer(facts, now) : planStubborn(facts, now),
    openGate(facts, pod),
    tellGateWait(facts, pod, now),
  );
}

function planTracer(facts: Facts, now: number): PlanPart {
  if (facts.node.kind === 'unknown') return recheckAt(now + WAITS.nodeMs);
  return ensureTracer(facts, now);
}

/** A fail-closed target: whatever stands in the way, go on trying, but never beyond the cap or against the kernel's no. */
function planStubborn(facts: Facts, now: number): PlanPart {
  const found = findObstacle(facts, now);
  if (found?.release === 'capped') return obstacleRecheck(found, now);
  if (found?.release === 'unsupported-node' || facts.report?.kind === 'refused') return NOTHING;
  return planTracer(facts, now);
}

/** The annotation medium: the tracer has reported that it is armed, the controller opens. */
function openGate({ report }: Facts, pod: TargetPod): PlanPart {
  if (pod.gate?.medium !== 'annotation' || pod.signal.kind !== 'none') return NOTHING;
  return report === null || report.kind === 'refused' ? NOTHING : act({ kind: 'open-gate' });
}
