/** One review's answer: the decision and the patch that carries it out. Pure; everything it depends on is a fact. */
import { decide, type AdmissionFacts, type Decision, type GateSettings } from './decide.ts';
import { patchToClean, patchToTrace, type Operation } from './patch.ts';
import type { SkipReason } from './reasons.ts';

export interface Answer {
  readonly decision: Decision;
  /** Empty where the pod is fine as it is. */
  readonly patch: readonly Operation[];
}

/**
 * Pods that are not ours to clean: they belong to others, carry what they should, or a container of theirs stands on
 * what would be taken away.
 */
const UNTOUCHED: readonly SkipReason[] = ['own-namespace', 'mirror-pod', 'already-traced', 'reserved-name'];

export function admit(facts: AdmissionFacts, settings: GateSettings, newTraceId: () => string): Answer {
  const decision = decide(facts, settings);
  switch (decision.kind) {
    case 'trace':
      return { decision, patch: patchToTrace(facts.pod, decision.gate, newTraceId()) };
    case 'skip':
      return { decision, patch: UNTOUCHED.includes(decision.reason) ? [] : patchToClean(facts.pod) };
  }
}
