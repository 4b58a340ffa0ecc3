/** What the controller knows of a recording's gaps that its tracer can't. */
import type { PartialReason } from '../../profile/recording.ts';
import type { Facts } from './facts.ts';
import type { TargetPod } from './target-pod.ts';

/** The kubelet's times are whole seconds: the gate's end may be up to one later than it says. */
const KUBELET_STEP_MS = 1000;

/** Gate and tracer are on one node, so their times are of one clock. */
export function extraReasons({ report }: Facts, pod: TargetPod): readonly PartialReason[] {
  if (report === null || report.kind === 'refused' || pod.gate === null) return [];
  if (pod.signal.kind === 'release') return ['gate-released'];
  const { state } = pod.gate;
  if (state.kind !== 'terminated' || state.finishedAtMs === null || report.gateOpenedAt !== null) return [];
  return Date.parse(report.armedAt) >= state.finishedAtMs + KUBELET_STEP_MS ? ['gate-timeout'] : [];
}
