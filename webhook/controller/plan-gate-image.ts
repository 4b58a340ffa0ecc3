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

export function planGateImage({ pod, settings, avoidedGateImage }: Facts, now: number): PlanPart {
  if (pod === null || pod.gate === null) return NOTHING;
  const { gate } = pod;
  if (gate.state.kind !== 'waiting') return trustAgain(gate, avoidedGateImage);
  if (!PULL_FAILURES.includes(gate.state.reason ?? '')) return NOTHING;
  const mirror = settings.gateImageMirror;
  const failingFromMs = pod.scheduledAtMs ?? pod.createdAtMs;
  const replaceAtMs = failingFromMs + WAITS.gatePullMs;
  if (now < replaceAtMs) return recheckAt(replaceAtMs);
  if (mirror !== null && gate.image !== mirror) {
    return act({ kind: 'replace-gate-image', image: mirror }, pullEvent(gate, `It is replaced by ${mirror}.`));
  }
  const lastAtMs = mirror === null ? replaceAtMs : replaceAtMs + WAITS.gatePullMs;
  return now < lastAtMs ? recheckAt(lastAtMs) : withoutGate(pod, gate, markOf(gate, settings, now - lastAtMs));
}

/**
 * A controller's pod is evicted (the eviction respects disruption budgets), and its successor comes without a gate. A
 * fail-closed one is not: its successor would run untraced.
 */
function withoutGate(pod: TargetPod, gate: Gate, avoid: PlanPart): PlanPart {
  if (pod.owner === null) return told(avoid, pullEvent(gate, 'Delete and create the pod again to run it untraced.'));
  if (pod.failClosed) return told(avoid, pullEvent(gate, 'The pod is fail-closed and goes on waiting.'));
  return told(avoid, pullEvent(gate, 'The pod is evicted; its successor gets no gate.'), { kind: 'evict-target' });
}

function told(avoid: PlanPart, ...actions: PlanPart['actions']): PlanPart {
  return join(avoid, act(...actions));
}

/**
 * For the image that admission gives to new pods, and only when this pod has just found out: one that stays stuck says nothing about
 * the image of today, and would keep all others from being traced for as long as it is there.
 */
function markOf(gate: Gate, { gateImage, gateImageMirror }: Facts['settings'], hopelessForMs: number): PlanPart {
  const todays = gate.image === gateImage || gate.image === gateImageMirror;
  return todays && hopelessForMs < WAITS.avoidNewsMs ? act({ kind: 'avoid-gate-image', image: gateImage }) : NOTHING;
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
