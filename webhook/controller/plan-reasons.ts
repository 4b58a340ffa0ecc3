/** What the controller knows of a recording's gaps that its tracer can't. */
import type { PartialReason } from '../../profile/recording.ts';
import type { Facts } from './facts.ts';
import type { TargetPod } from './target-pod.ts';
import { probeOrderOf } from './tracer-probes.ts';

/** The kubelet's times are whole seconds: the gate's end may be up to one later than it says. */
const KUBELET_STEP_MS = 1000;

export function extraReasons(facts: Facts, pod: TargetPod): readonly PartialReason[] {
  return [...gateReasons(facts, pod), ...falcoReasons(facts, pod)];
}

/** A tracer says so too, but for one that knows no Falco. One that came too late says it alone: it was there in the end. */
function falcoReasons({ report, settings }: Facts, pod: TargetPod): readonly PartialReason[] {
  if (report === null || report.kind === 'refused') return [];
  const { falco } = probeOrderOf(pod.wishes, settings.probes);
  return falco === 'required' && report.falco?.readyAt == null ? ['falco-missing'] : [];
}

/** Gate and tracer are on one node, so their times are of one clock. */
function gateReasons({ report }: Facts, pod: TargetPod): readonly PartialReason[] {
  if (report === null || report.kind === 'refused' || pod.gate === null) return [];
  if (pod.signal.kind === 'release') return ['gate-released'];
  const { state } = pod.gate;
  if (state.kind !== 'terminated' || state.finishedAtMs === null || report.gateOpenedAt !== null) return [];
  return Date.parse(report.armedAt) >= state.finishedAtMs + KUBELET_STEP_MS ? ['gate-timeout'] : [];
}
