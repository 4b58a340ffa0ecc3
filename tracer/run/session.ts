/** An armed target: what its facts are at this moment, and what the run's actions do to it. */
import type { RecordedReport } from '../../profile/recording.ts';
import { endOf } from '../cgroups/pod-end.ts';
import type { PodPopulation } from '../cgroups/read-pod-cgroup.ts';
import { instantOfBootNs, type Clock } from '../clock.ts';
import { containerIdOf } from '../containers/container-id.ts';
import type { ContainerDescription } from '../containers/find-record.ts';
import type { ContainerRoll } from '../containers/roll.ts';
import type { Gate } from '../gate/gate.ts';
import type { Slot, SlotReading } from '../ledger/ledger.ts';
import { encodeReport, recordedReport, type ReportHead } from '../report/compose.ts';
import type { Courier } from '../report/courier.ts';
import { recordingsOf } from '../report/recordings.ts';
import type { Action, Facts, Phase } from './decide.ts';
import { armingReasons, sightOfGate, type ArmingFacts, type GateSight } from './gate-sight.ts';

export interface SessionDeps {
  readonly slot: Slot;
  readonly gate: Gate;
  readonly roll: ContainerRoll;
  readonly readPod: () => PodPopulation;
  readonly courier: Courier;
  readonly clock: Clock;
  readonly head: ReportHead;
  /** `createdBefore` must have been looked up after the slot was joined. */
  readonly arming: ArmingFacts;
}

export interface Session {
  /** Learns who has come; to be called at every change of the pod's cgroup, as records don't stay. */
  look(): void;
  facts(phase: Phase): Pick<Facts, 'gate' | 'ended' | 'grew' | 'courier'>;
  act(action: Action): void;
}

export function createSession(deps: SessionDeps): Session {
  const { slot, gate, roll, courier, clock } = deps;
  const describe = (containerId: string): ContainerDescription => roll.describe(containerId);
  const armedAt = instantOfBootNs(clock, slot.armedAtBootNs);
  let reading: { readonly changes: bigint; readonly of: SlotReading } | undefined;
  let submitted: bigint | undefined;

  /** Read again only when there is something new: the gate is looked for 50 times a second. */
  function read(): SlotReading {
    // Asked for before the read: what is seen between the two is found the next time.
    const changes = slot.changes();
    if (reading?.changes !== changes) reading = { changes, of: slot.read() };
    return reading.of;
  }

  function look(): PodPopulation {
    const population = deps.readPod();
    roll.notice(population.children.flatMap(({ name }) => containerIdOf(name) ?? []));
    return population;
  }

  function gateSight(): GateSight {
    look();
    return sightOfGate(deps.arming, recordingsOf(read().containers, describe));
  }

  function submit(kind: RecordedReport['kind']): void {
    const { containers, reasons } = read();
    submitted = reading?.changes;
    const recorded = {
      kind,
      takenAt: clock.now(),
      arming: deps.arming.arming,
      armedAt,
      gateOpenedAt: gate.openedAt(),
      containers: recordingsOf(containers, describe),
      reasons: [...armingReasons(deps.arming), ...reasons],
      notes: slot.resumed ? (['tracer-restarted'] as const) : [],
    };
    courier.submit((number) => encodeReport(recordedReport(deps.head, number, recorded)));
  }

  return {
    look,
    facts: (phase) => ({
      gate: phase.kind === 'awaiting-gate' ? gateSight() : 'behind',
      ended: phase.kind === 'flushing' ? endOf(look(), (id) => describe(id).kind) : 'no',
      grew: slot.changes() !== submitted,
      courier: courier.state(),
    }),
    act: (action) => {
      if (action === 'open-gate') gate.open();
      else submit(KINDS[action]);
    },
  };
}

const KINDS = { 'submit-armed': 'armed', 'submit-snapshot': 'snapshot', 'submit-final': 'final' } as const;
