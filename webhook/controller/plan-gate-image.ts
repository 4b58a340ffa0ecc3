/** A gate whose image doesn't come must not hold its pod: another reference, then a pod without a gate, then words. */
import { act, join, NOTHING, recheckAt } from './plan-part.ts';
import type { PlanPart } from './plan-part.ts';
import { WAITS } from './plan-times.ts';
import type { Facts } from './facts.ts';
import type { Gate, TargetPod } from './target-pod.ts';

const PULL_FAILURES = [
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
];

export function planGateImage(facts: Facts, now: number): PlanPart {
  const { pod, settings } = facts;
  if (pod === null || pod.gate === null) return NOTHING;
  const { gate } = pod;
  if (gate.state.kind !== 'waiting') return trustAgain(gate, facts.avoidedGateImage);
  if (!PULL_FAILURES.includes(gate.state.reason ?? '')) return NOTHING;
  const mirror = settings.gateImageMirror;
  const failingFromMs = pod.scheduledAtMs ?? pod.createdAtMs;
  const replaceAtMs = failingFromMs + WAITS.gatePullMs;
  if (now < replaceAtMs) return recheckAt(replaceAtMs);
  if (mirror !== null && gate.image !== mirror) {
    return act({ kind: 'replace-gate-image', image: mirror }, pullEvent(gate, `It is replaced by ${mirror}.`));
  }
  const lastAtMs = mirror === null ? replaceAtMs : replaceAtMs + WAITS.gatePullMs;
  return now < lastAtMs ? recheckAt(lastAtMs) : withoutGate(pod, gate, planMark(facts, gate, lastAtMs, now));
}

/**
 * A controller's pod is evicted (the eviction respects disruption budgets), and its successor comes without a gate: any replica may be
 * asked about it, so that all of them must know first. A fail-closed one is not: its successor would run untraced.
 */
function withoutGate(pod: TargetPod, gate: Gate, mark: PlanPart): PlanPart {
  if (pod.owner === null) {
    return told(mark, pullEvent(gate, 'Delete and create the pod again to run it untraced.'));
  }
  if (pod.failClosed) return told(mark, pullEvent(gate, 'The pod is fail-closed and goes on waiting.'));
  if (mark.recheckAtMs.length > 0) return mark;
  return told(mark, pullEvent(gate, 'The pod is evicted; its successor gets no gate.'), { kind: 'evict-target' });
}

function told(mark: PlanPart, ...actions: PlanPart['actions']): PlanPart {
  return join(mark, act(...actions));
}

/**
 * Tells admission to avoid the image that it gives to new pods, and looks again when every replica knows. Only when this pod has just found
 * out: one that stays stuck says nothing about the image of today, and would keep all others from being traced for as long as it is there.
 */
function planMark({ settings, avoidedGateImage }: Facts, gate: Gate, foundAtMs: number, now: number): PlanPart {
  const { gateImage, gateImageMirror } = settings;
  const isTodays = gate.image === gateImage || gate.image === gateImageMirror;
  if (!isTodays || now - foundAtMs >= WAITS.avoidNewsMs) return NOTHING;
  const isMarked = avoidedGateImage?.image === gateImage && avoidedGateImage.sinceMs >= foundAtMs;
  const markedAtMs = isMarked ? avoidedGateImage.sinceMs : now;
  // Other pods may mark it anew all the time, or gates that start on other nodes take the mark away.
  const knownAtMs = Math.min(markedAtMs + WAITS.replicasKnowMs, foundAtMs + WAITS.evictMs);
  return join(
    isMarked ? NOTHING : act({ kind: 'avoid-gate-image', image: gateImage }),
    now < knownAtMs ? recheckAt(knownAtMs) : NOTHING,
  );
}

function trustAgain(gate: Gate, avoided: Facts['avoidedGateImage']): PlanPart {
  if (avoided?.image !== gate.image) return NOTHING;
  const startedAtMs = gate.state.kind === 'running' ? gate.state.startedAtMs : null;
  return startedAtMs !== null && startedAtMs > avoided.sinceMs ? act({ kind: 'trust-gate-image' }) : NOTHING;
}

function pullEvent(gate: Gate, whatNow: string): PlanPart['actions'][number] {
  return {
    kind: 'record-event',
    reason: 'FlakGateImageUnavailable',
    message: `The image ${gate.image} of the gate can't be pulled on this node. ${whatNow}`,
  };
}
