/** One target's run on this node: arm, open the gate, record, flush. The decisions are in decide.ts. */
import type { Logger } from 'pino';
import type { PodCgroup } from '../cgroups/find-pod-cgroup.ts';
import type { PodPopulation } from '../cgroups/read-pod-cgroup.ts';
import type { Clock } from '../clock.ts';
import type { ContainerRoll } from '../containers/roll.ts';
import type { Gate } from '../gate/gate.ts';
import type { Slot } from '../ledger/ledger.ts';
import type { Place } from '../place/place.ts';
import { encodeReport, refusedReport, type ReportHead } from '../report/compose.ts';
import type { Courier } from '../report/courier.ts';
import { arm, type ArmDeps, type ArmResult } from './arm.ts';
import type { Bell } from './bell.ts';
import { decide, type Ending, type Pace, type Phase } from './decide.ts';
import type { ArmingFacts } from './gate-sight.ts';
import type { Hearing } from './hearing.ts';
import { Session, type SessionDeps } from './session.ts';
import { sitOut } from './sit-out.ts';

export interface RunDeps {
  readonly findPod: ArmDeps['findPod'];
  readonly join: ArmDeps['join'];
  readonly readPod: (path: string) => PodPopulation;
  /** Calls back at changes of the pod's cgroup until the signal is aborted. */
  readonly watchPod: (path: string, onChange: () => void, signal: AbortSignal) => void;
  /** Names of the target's containers that the kubelet has begun to make. */
  readonly containersCreated: () => readonly string[];
  readonly roll: ContainerRoll;
  readonly gate: Gate;
  readonly place: Place;
  /** Started when the ledger is armed, so that it takes nothing from it. */
  readonly falco: SessionDeps['falco'];
  readonly files: SessionDeps['files'];
  readonly courier: Courier;
  readonly hearing: Hearing;
  readonly bell: Bell;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly head: ReportHead;
  readonly arming: Pick<ArmingFacts, 'arming' | 'gated'>;
  readonly pace: Pace;
  readonly cgroupWaitMs: number;
}

/**
 * Ends when the trace is over, or when a successor takes it over. The slot is given up unless it is handed over.
 * Rejects for what should never happen; the slot then stays, and goes on recording.
 */
export async function runTrace(deps: RunDeps): Promise<Ending> {
  const placed = await deps.place.put();
  const armed = placed.kind === 'placed' ? await arm(deps) : notPlaced(placed.detail);
  switch (armed.kind) {
    case 'over':
      if (armed.ending === 'left') removeRemains(deps);
      return armed.ending;
    case 'refused': {
      const { refusal, detail } = armed;
      deps.log.warn({ refusal, detail }, 'The ledger could not be armed');
      const refused = { takenAt: deps.clock.now(), refusal, detail };
      deps.courier.submit((number) => encodeReport(refusedReport(deps.head, number, refused)));
      const ending = await sitOut(deps);
      // The kubelet made the gate's directory, whether or not anyone could open it.
      if (ending === 'left') removeRemains(deps);
      return ending;
    }
    case 'armed':
      return runArmed(deps, armed.slot, armed.pod);
  }
}

/** The gate stays closed to a container whose filter isn't there: it could not be made. */
function notPlaced(detail: string): ArmResult {
  return { kind: 'refused', refusal: 'profile-not-placed', detail };
}

async function runArmed(deps: RunDeps, slot: Slot, pod: PodCgroup): Promise<Ending> {
  const watching = new AbortController();
  try {
    const arming = {
      ...deps.arming,
      resumed: slot.resumed,
      openedBefore: deps.gate.openedAt() !== null,
      createdBefore: deps.containersCreated(),
    };
    deps.log.info({ ...arming, cgroup: pod.path }, 'The ledger is armed');
    deps.falco.start();
    const session = new Session({ ...deps, slot, readPod: () => deps.readPod(pod.path), arming });
    session.look();
    const onPodChange = (): void => {
      session.look();
      deps.bell.ring();
    };
    deps.watchPod(pod.path, onPodChange, watching.signal);
    const ending = await follow(deps, session);
    if (ending !== 'handed-over') await giveUp(deps, slot);
    return ending;
  } finally {
    watching.abort();
  }
}

async function follow({ hearing, bell, clock, log, pace, falco }: RunDeps, session: Session): Promise<Ending> {
  let phase: Phase = { kind: 'awaiting-gate' };
  for (;;) {
    await session.tend(hearing.ready());
    const heard = { order: hearing.order(), stopping: hearing.stopping() };
    // The report that is handed over with must not be outrun by what Falco goes on telling.
    if (heard.stopping?.answer === 'hand-over') falco.finish('handed-over');
    const decision = decide(phase, { nowMs: clock.steadyMs(), ...heard, ...session.facts(phase) }, pace);
    if ('ending' in decision) return decision.ending;
    if (decision.phase.kind !== phase.kind) log.info({ phase: decision.phase.kind }, 'The run entered a phase');
    phase = decision.phase;
    for (const action of decision.actions) session.act(action);
    await bell.wait(decision.wakeAtMs);
  }
}

/** The slot first: what remains on a node must not be a program. */
async function giveUp(deps: RunDeps, slot: Slot): Promise<void> {
  try {
    await slot.leave();
  } finally {
    removeRemains(deps);
  }
}

function removeRemains({ gate, place, roll }: RunDeps): void {
  gate.remove();
  place.remove();
  roll.discard();
}
