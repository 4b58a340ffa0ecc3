/** The tracer's next step, from where it is and what it knows. Pure: run.ts gathers the facts and carries the actions out. */
import type { Order } from '../../profile/recording.ts';
import type { CourierState } from '../report/courier.ts';
import type { GateSight } from './gate-sight.ts';

export type Phase =
  /** Armed; the gate holds the target back until the ledger has seen it. */
  | { readonly kind: 'awaiting-gate' }
  | {
      readonly kind: 'recording';
      readonly snapshotAtMs: number;
      readonly intervalMs: number;
      /** While the ledger is crowded: not before this moment, and then after this pause. */
      readonly early: { readonly atMs: number; readonly pauseMs: number };
    }
  /** Ordered to flush; containers may still run. `quietSinceMs`: since when none does. */
  | { readonly kind: 'flushing'; readonly quietSinceMs: number | null }
  /** The final report is on its way. */
  | { readonly kind: 'closing' }
  /** Ordered to leave; what was seen is sent, if that is quickly done. */
  | { readonly kind: 'leaving'; readonly untilMs: number };

type Recording = Extract<Phase, { kind: 'recording' }>;

/**
 * - `flushed`: the final report is stored. - `left`: the trace is over without it. - `handed-over`: a successor goes on with the slot.
 */
export type Ending = 'flushed' | 'left' | 'handed-over';

export interface Facts {
  readonly nowMs: number;
  readonly order: Order;
  /** Set once the tracer was told to stop. `answer`: the last order, null until it is known. */
  readonly stopping: { readonly deadlineMs: number; readonly answer: Order | null } | null;
  readonly gate: GateSight;
  /** `containers`: none has a process any more. `pod`: nor has the sandbox, so that none can come. */
  readonly ended: 'no' | 'containers' | 'pod';
  /** Something was seen that no report has carried yet. */
  readonly grew: boolean;
  /** The ledger is more than half full, and holds containers that could be freed once a report of them is stored. */
  readonly crowded: boolean;
  readonly courier: CourierState;
  /** The second probe. `holdsGate`: the target is not to start before it watches. `behind`: what the target did may still be under way. */
  readonly falco: { readonly holdsGate: boolean; readonly behind: boolean };
}

export type Action = 'open-gate' | 'submit-armed' | 'submit-snapshot' | 'submit-final';

export interface Step {
  readonly phase: Phase;
  readonly actions: readonly Action[];
  /** When to look again though nothing was heard; null: only when something is. */
  readonly wakeAtMs: number | null;
}
export type Decision = Step | { readonly ending: Ending };

export interface Pace {
  readonly firstSnapshotMs: number;
  readonly longestSnapshotMs: number;
}

/** 50 looks a second while a target is held back: what a look finds late is time the target waits. */
export const GATE_LOOK_MS = 20;
/** Deleting a pod may take 500 ms longer with Flak; a look at the pod's cgroups costs some 0.2 ms. */
export const FLUSH_LOOK_MS = 50;
/**
 * How long the sandbox is waited for once no container runs. Between one container's end and another one's start, before the
 * kubelet knows of the deletion, none runs for a moment, or for as long as a pull takes; once the sandbox is gone none can start.
 * The kubelet stops it right after the last container (kuberuntime_manager.go, killPodWithSyncResult) and doesn't let the pod
 * go before, so that this wait adds nothing to a deletion. It ends for runtimes and kubelets that keep sandboxes.
 */
export const SANDBOX_WAIT_MS = 3_000;
/** How long the last report may wait for what Falco is about to tell, beside a sandbox that takes some 100 ms to be torn down. */
export const DRAIN_MS = 300;
/** Between two early snapshots after which nothing could be freed; doubles up to the last one. */
const EARLY_PAUSE_MS = { first: 1_000, last: 60_000 } as const;
/** Everything that Flak installed waits for its tracers to leave while it is being removed. */
export const LEAVE_MS = 3_000;

export function decide(phase: Phase, facts: Facts, pace: Pace): Decision {
  if (facts.courier === 'finished') return { ending: 'left' };
  if (phase.kind === 'leaving') return leave(phase, facts);
  if (facts.order === 'leave' || facts.stopping?.answer === 'leave') return beginLeaving(facts);
  if (facts.stopping !== null && facts.nowMs >= facts.stopping.deadlineMs) return { ending: 'handed-over' };
  return bounded(proceed(phase, facts, pace), facts);
}

/** Whatever is waited for, the end of the grace period is not slept through. */
function bounded(decision: Decision, { stopping }: Facts): Decision {
  if ('ending' in decision || stopping === null) return decision;
  return { ...decision, wakeAtMs: Math.min(decision.wakeAtMs ?? Infinity, stopping.deadlineMs) };
}

function proceed(phase: Exclude<Phase, { kind: 'leaving' }>, facts: Facts, pace: Pace): Decision {
  switch (phase.kind) {
    case 'awaiting-gate':
      return isFlushOrdered(facts) ? flush({ kind: 'flushing', quietSinceMs: null }, facts) : awaitGate(facts, pace);
    case 'recording':
      return isFlushOrdered(facts)
        ? flush({ kind: 'flushing', quietSinceMs: null }, facts)
        : record(phase, facts, pace);
    case 'flushing':
      return flush(phase, facts);
    case 'closing':
      return facts.courier === 'idle' ? { ending: 'flushed' } : { phase, actions: [], wakeAtMs: null };
  }
}

/** Once given it stands: another replica may be a moment behind and still say `record`. */
function isFlushOrdered({ order, stopping }: Facts): boolean {
  return order === 'flush' || stopping?.answer === 'flush';
}

function awaitGate(facts: Facts, pace: Pace): Decision {
  if (facts.gate === 'waiting' || (facts.gate === 'seen' && facts.falco.holdsGate)) {
    if (facts.stopping?.answer === 'hand-over') return { ending: 'handed-over' };
    return { phase: { kind: 'awaiting-gate' }, actions: [], wakeAtMs: facts.nowMs + GATE_LOOK_MS };
  }
  const snapshotAtMs = facts.nowMs + pace.firstSnapshotMs;
  return {
    phase: { kind: 'recording', snapshotAtMs, intervalMs: pace.firstSnapshotMs, early: CALM },
    // A look behind the gate opens nothing: the gate is open, or it isn't ours to open.
    actions: facts.gate === 'seen' ? ['open-gate', 'submit-armed'] : ['submit-armed'],
    wakeAtMs: snapshotAtMs,
  };
}

const CALM = { atMs: 0, pauseMs: EARLY_PAUSE_MS.first } as const;

function record(phase: Recording, facts: Facts, pace: Pace): Decision {
  const stopping = facts.stopping !== null;
  if (stopping && facts.stopping.answer === 'hand-over' && facts.courier !== 'busy' && !facts.grew) {
    return { ending: 'handed-over' };
  }
  const due = facts.nowMs >= phase.snapshotAtMs;
  const tooFull = facts.crowded && facts.courier !== 'busy' && facts.nowMs >= phase.early.atMs;
  const next: Recording = {
    ...phase,
    ...(due ? nextSnapshot(phase, facts, pace) : {}),
    early: nextEarly(phase, facts, tooFull),
  };
  // A courier that becomes free rings the bell.
  const waitsForRoom = facts.crowded && facts.courier !== 'busy';
  const wakeAtMs = waitsForRoom ? Math.min(next.snapshotAtMs, next.early.atMs) : next.snapshotAtMs;
  const wanted = tooFull || (facts.grew && (due || stopping));
  return { phase: next, actions: wanted ? ['submit-snapshot'] : [], wakeAtMs };
}

function nextSnapshot(
  { intervalMs }: Recording,
  { nowMs }: Facts,
  pace: Pace,
): Pick<Recording, 'snapshotAtMs' | 'intervalMs'> {
  const doubled = Math.min(intervalMs * 2, pace.longestSnapshotMs);
  return { snapshotAtMs: nowMs + doubled, intervalMs: doubled };
}

/** As often as room is made by it; ever less often where none is. */
function nextEarly({ early }: Recording, { crowded, nowMs }: Facts, taken: boolean): Recording['early'] {
  if (!crowded) return CALM;
  if (!taken) return early;
  return { atMs: nowMs + early.pauseMs, pauseMs: Math.min(early.pauseMs * 2, EARLY_PAUSE_MS.last) };
}

function flush(phase: Extract<Phase, { kind: 'flushing' }>, facts: Facts): Decision {
  const quietSinceMs = facts.ended === 'no' ? null : (phase.quietSinceMs ?? facts.nowMs);
  const quietMs = quietSinceMs === null ? 0 : facts.nowMs - quietSinceMs;
  const drained = !facts.falco.behind || quietMs >= DRAIN_MS;
  if ((facts.ended === 'pod' && drained) || quietMs >= SANDBOX_WAIT_MS)
    return { phase: { kind: 'closing' }, actions: ['submit-final'], wakeAtMs: null };
  return { phase: { kind: 'flushing', quietSinceMs }, actions: [], wakeAtMs: facts.nowMs + FLUSH_LOOK_MS };
}

function beginLeaving(facts: Facts): Decision {
  const phase = { kind: 'leaving', untilMs: facts.nowMs + LEAVE_MS } as const;
  if (facts.grew) return { phase, actions: ['submit-snapshot'], wakeAtMs: phase.untilMs };
  return leave(phase, facts);
}

function leave(phase: Extract<Phase, { kind: 'leaving' }>, facts: Facts): Decision {
  if (facts.courier !== 'busy' || facts.nowMs >= phase.untilMs) return { ending: 'left' };
  return { phase, actions: [], wakeAtMs: phase.untilMs };
}
