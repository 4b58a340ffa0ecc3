/** What can be said of the gate from what the ledger has seen. Pure. */
import type { ContainerRecording, PartialReason } from '../../profile/recording.ts';

/** The gate's container (webhook/names.ts, GATE.container). */
export const GATE_CONTAINER = 'flak-gate';

/**
 * - `waiting`: neither the gate nor anything behind it has been seen. - `seen`: the ledger has the gate's own calls, so it
 *   records this pod. - `behind`: there is none, it has been opened already, or something runs that it would have held back.
 */
export type GateSight = 'waiting' | 'seen' | 'behind';

/** What was true when the ledger had just been armed. */
export interface ArmingFacts {
  readonly arming: 'before-gate' | 'late';
  /** False where the target has no gate. */
  readonly gated: boolean;
  /** The slot was there already: a predecessor armed it. */
  readonly resumed: boolean;
  /** A tracer has opened the gate before (known with the hostPath medium only). */
  readonly openedBefore: boolean;
  /** Names of the containers that the kubelet had begun to make. */
  readonly createdBefore: readonly string[];
}

/** Containers that a gate holds back: it is the first init container. */
function isBehindGate(name: string): boolean {
  return name !== GATE_CONTAINER;
}

export function sightOfGate(facts: ArmingFacts, recordings: readonly ContainerRecording[]): GateSight {
  if (facts.arming === 'late' || !facts.gated || facts.openedBefore) return 'behind';
  if (facts.createdBefore.some(isBehindGate)) return 'behind';
  if (recordings.some(({ name, kind }) => kind === 'container' && name !== null && isBehindGate(name))) return 'behind';
  return recordings.some(isGateCalling) ? 'seen' : 'waiting';
}

/** A gate whose name isn't known yet counts: before it nothing but the pause process runs, which is known as sandbox. */
function isGateCalling({ name, kind, entries }: ContainerRecording): boolean {
  if (kind === 'sandbox' || (name !== null && name !== GATE_CONTAINER)) return false;
  return entries.some(({ origin, calls }) => origin === 'startup' && calls.length > 0);
}

/**
 * What the recording may miss for the way it began.
 * A container that had been begun before arming went past a gate that this ledger didn't open. Whether the gate was told to
 * or had waited too long can't be seen from the node: `gate-released` is true of both, and the controller, which can see it,
 * adds the rest. One that is begun after arming is recorded whole, whoever opened the gate: no reason.
 */
export function armingReasons(facts: ArmingFacts): PartialReason[] {
  if (facts.arming === 'late') return ['late-arming'];
  if (facts.resumed || !facts.gated) return [];
  // A predecessor opened the gate, yet its slot is gone: what ran until now was recorded there.
  if (facts.openedBefore) return ['tracer-lost'];
  return facts.createdBefore.some(isBehindGate) ? ['gate-released'] : [];
}
