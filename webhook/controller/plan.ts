/**
 * What to do about one target, decided from everything that is known of it now. Nothing is remembered between two
 * decisions: a controller that starts anew, or hears of ten changes at once, decides the same.
 */
import { UNTRACED_NAMESPACES } from '../names.ts';
import type { Plan } from './actions.ts';
import type { Facts } from './facts.ts';
import { planAlive } from './plan-alive.ts';
import { planEnd } from './plan-end.ts';
import { planGateImage } from './plan-gate-image.ts';
import { isFinished, planGone, planLeftovers } from './plan-gone.ts';
import { act, join, NOTHING, toPlan } from './plan-part.ts';
import type { PlanPart } from './plan-part.ts';
import { isEnding, isLate, isWithdrawn } from './target-pod.ts';
import type { TargetPod } from './target-pod.ts';

/** @param now ms since the epoch. */
export function plan(facts: Facts, now: number): Plan {
  return toPlan(decide(facts, now), now);
}

function decide(facts: Facts, now: number): PlanPart {
  const { pod, trace } = facts;
  if (pod === null) return planGone(facts, now);
  if (isFinished(trace?.status?.phase)) {
    const free = pod.held ? act({ kind: 'remove-finalizer' }) : NOTHING;
    // A gate that was released can't hear it before its image is there.
    return join(free, isEnding(pod) ? NOTHING : planGateImage(facts, now), planLeftovers(facts, now));
  }
  if (!concernsUs(facts, pod)) return planLeftovers(facts, now);
  const over = isEnding(pod) || isWithdrawn(pod) || facts.uninstallingSinceMs !== null;
  return over ? planEnd(facts, pod, now) : planAlive(facts, pod, now);
}

/**
 * A pod that Flak holds, that has an open trace, or that may be traced late. A gated pod without finalizer and Trace has
 * been let go already (its Trace was deleted since, or went with its namespace).
 */
function concernsUs({ trace, uninstallingSinceMs }: Facts, pod: TargetPod): boolean {
  if (pod.held || trace !== null) return true;
  if (uninstallingSinceMs !== null || isEnding(pod)) return false;
  // A finalizer on a pod of Flak's own, or of the cluster's, would hold what lets go of it.
  if (UNTRACED_NAMESPACES.includes(pod.namespace)) return false;
  return isLate(pod) && !pod.mirror && pod.unsupported === null;
}
