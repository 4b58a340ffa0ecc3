/** Whether a trace that has not been armed can still happen, and what follows if it can't. */
import { act, join, NOTHING, recheckAt } from './plan-part.ts';
import type { PlanPart } from './plan-part.ts';
import { removeTracer, tracerEnded, tracerWords } from './plan-tracer.ts';
import { TRACER_ATTEMPTS, TRACER_REFUSALS, TRACER_RESTARTS, WAITS } from './plan-times.ts';
import type { Facts, TracerFacts } from './facts.ts';
import type { ReleaseReason } from './release-reasons.ts';
import { gatePassed, isWaitingAtGate } from './target-pod.ts';
import type { TargetPod } from './target-pod.ts';
import { explain } from './untraced-reasons.ts';
import type { TraceReason } from './untraced-reasons.ts';

/** Why a gate would be released, and how the Trace puts it. */
export interface Obstacle {
  readonly release: ReleaseReason;
  readonly reason: TraceReason;
  readonly message: string;
}

/**
 * Waiting reasons of a container whose image won't come. `ErrImagePull` is not among them: it is the first attempt, and
 * `ImagePullBackOff` follows within seconds where it stays true (kubernetes/pkg/kubelet/images/image_manager.go).
 */
const HOPELESS_PULLS = ['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError'];
const HOPELESS_CREATES = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'];

function obstacle(release: ReleaseReason, detail?: string | null, reason: TraceReason = release): Obstacle {
  return { release, reason, message: explain(reason, detail) };
}

function obstacleOfTracer(tracer: TracerFacts, made: number, now: number): Obstacle | null {
  const waiting = tracer.waitingReason ?? '';
  const words = tracerWords(tracer);
  if (HOPELESS_PULLS.includes(waiting)) return obstacle('tracer-image', words);
  if (HOPELESS_CREATES.includes(waiting) && now - tracer.createdAtMs >= WAITS.tracerCreateMs) {
    return obstacle('tracer-failed', words);
  }
  if (tracer.phase === 'Failed' && !tracer.everStarted) return obstacle('tracer-rejected', words);
  if (tracer.restartCount >= TRACER_RESTARTS) return obstacle('tracer-failed', words);
  if (tracerEnded(tracer) && made >= TRACER_ATTEMPTS) return obstacle('tracer-failed', words);
  return null;
}

/** What stands in the way of a trace that has nothing recorded yet; null while there is hope, or a recording. */
export function findObstacle(facts: Facts, now: number): Obstacle | null {
  const { node, report, tracer, attempts, settings } = facts;
  if (node.kind === 'present' && !node.traceable) return obstacle('unsupported-node');
  if (report?.kind === 'refused') return obstacle('ledger-refused', report.detail, report.refusal);
  if (report !== null) return null;
  if (tracer !== null) return obstacleOfTracer(tracer, attempts.made, now);
  if (attempts.refused !== null && attempts.made >= TRACER_REFUSALS)
    return obstacle('tracer-rejected', attempts.refused);
  return facts.otherTracersOnNode >= settings.tracersPerNode ? obstacle('capped') : null;
}

/** Nothing but arming opens this gate: neither release nor cap. */
function mustKeepWaiting(pod: TargetPod): boolean {
  return pod.failClosed && pod.gate !== null && !gatePassed(pod);
}

/** A target labelled late loses nothing by waiting for a free place. */
function canWaitForPlace(pod: TargetPod, { release }: Obstacle): boolean {
  return release === 'capped' && pod.gate === null;
}

/** The obstacle is no reason to end the trace: keep trying while the target lives. */
export function keepsTrying(pod: TargetPod, found: Obstacle): boolean {
  return mustKeepWaiting(pod) || canWaitForPlace(pod, found);
}

/** Lets the target go untraced: gate, Trace, finalizer, tracer, in this order. */
export function giveUp(facts: Facts, pod: TargetPod, found: Obstacle, now: number): PlanPart {
  return join(
    releaseGate(pod, found.release),
    act(
      { kind: 'record-event', reason: 'FlakNotTraced', message: found.message },
      { kind: 'finish-untraced', reason: found.reason, message: found.message, endedAtMs: now },
    ),
    pod.held ? act({ kind: 'remove-finalizer' }) : NOTHING,
    removeTracer(facts, now),
  );
}

/** Opens a waiting gate by annotation, unless nothing but arming may open it. */
export function releaseGate(pod: TargetPod, reason: ReleaseReason): PlanPart {
  if (!isWaitingAtGate(pod) || pod.failClosed || pod.signal.kind !== 'none') return NOTHING;
  return act(
    { kind: 'release-gate', reason },
    { kind: 'record-event', reason: 'FlakGateReleased', message: `The gate is released: ${explain(reason)}` },
  );
}

/** When to look again at an obstacle that may go away without an event of this target's. */
export function obstacleRecheck(found: Obstacle, now: number): PlanPart {
  return found.release === 'capped' ? recheckAt(now + WAITS.cappedMs) : NOTHING;
}
