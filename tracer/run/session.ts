/** An armed target: what its facts are at this moment, and what the run's actions do to it. */
import type { Logger } from 'pino';
import type { FalcoSection, FilesSection } from '../../profile/probes.ts';
import type { PartialReason, RecordedReport } from '../../profile/recording.ts';
import { endOf } from '../cgroups/pod-end.ts';
import type { PodPopulation } from '../cgroups/read-pod-cgroup.ts';
import { instantOfBootNs, type Clock } from '../clock.ts';
import { containerIdOf } from '../containers/container-id.ts';
import type { ContainerRoll } from '../containers/roll.ts';
import type { SecondProbe } from '../falco/second-probe.ts';
import type { Gate } from '../gate/gate.ts';
import type { ContainerReading, Slot, SlotReading } from '../ledger/ledger.ts';
import { encodeReport, recordedReport, type Recorded, type ReportHead } from '../report/compose.ts';
import type { Courier } from '../report/courier.ts';
import { recordingsOf } from '../report/recordings.ts';
import type { Action, Facts, Phase } from './decide.ts';
import { armingReasons, sightOfGate, type ArmingFacts, type GateSight } from './gate-sight.ts';
import { goneOf } from './gone.ts';
import { createServing, type Serving } from './serving.ts';

export interface SessionDeps {
  readonly slot: Slot;
  readonly gate: Gate;
  readonly roll: ContainerRoll;
  readonly readPod: () => PodPopulation;
  readonly courier: Courier;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  readonly head: ReportHead;
  readonly falco: SecondProbe;
  /** null where nobody wants to know of files. */
  readonly files: { section(falco: FalcoSection): FilesSection } | null;
  /** `createdBefore` must have been looked up after the slot was joined. */
  readonly arming: ArmingFacts;
}

/** Above it room is made. The other half is for what comes until the report is stored. */
const CROWDED = 0.5;

const KINDS = { 'submit-armed': 'armed', 'submit-snapshot': 'snapshot', 'submit-final': 'final' } as const;

export class Session {
  readonly #deps: SessionDeps;
  readonly #serving: Serving;
  readonly #armedAt: Date;
  #reading: { readonly changes: bigint; readonly of: SlotReading } | undefined;
  #submitted: { readonly ledger: bigint | undefined; readonly falco: number } | undefined;
  /** Containers that are gone and whose whole recording the control plane has. */
  #stored: readonly ContainerReading[] = [];

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.#armedAt = instantOfBootNs(deps.clock, deps.slot.armedAtBootNs);
    this.#serving = createServing(deps.slot, (error) => {
      deps.log.warn({ err: error }, 'A container that became ready could not be marked as serving');
    });
  }

  /** Learns who has come; to be called at every change of the pod's cgroup, as records don't stay. */
  look(): PodPopulation {
    const population = this.#deps.readPod();
    const containerIds = population.children.flatMap(({ name }) => containerIdOf(name) ?? []);
    this.#deps.roll.notice(containerIds);
    this.#deps.falco.meet(containerIds);
    return population;
  }

  facts(phase: Phase): Pick<Facts, 'gate' | 'ended' | 'grew' | 'crowded' | 'courier' | 'falco'> {
    const { slot, roll, courier, falco } = this.#deps;
    return {
      gate: phase.kind === 'awaiting-gate' ? this.#gateSight() : 'behind',
      ended: phase.kind === 'flushing' ? endOf(this.look(), (id) => roll.describe(id).kind) : 'no',
      grew: slot.changes() !== this.#submitted?.ledger || falco.changes() !== this.#submitted.falco,
      crowded: phase.kind === 'recording' && this.#isCrowded(),
      courier: courier.state(),
      falco: { holdsGate: falco.holdsGate(), behind: falco.isBehind() },
    };
  }

  act(action: Action): void {
    const { gate, falco } = this.#deps;
    if (action === 'open-gate') {
      gate.open();
      return;
    }
    if (action === 'submit-armed') this.#release();
    if (action === 'submit-final') falco.finish('ended');
    this.#submit(KINDS[action]);
  }

  /** Nothing holds the target back any more; behind a gate that isn't ours, nothing has. */
  #release(): void {
    const { arming, clock, falco } = this.#deps;
    if (arming.resumed) falco.release(this.#armedAt, 'tracer-restarted');
    else falco.release(clock.now(), 'late');
  }

  /**
   * Tells the ledger what it is to know: whom it may forget, and who serves. To be called before the facts are asked for.
   * @param ready IDs of the containers that are ready
   */
  async tend(ready: readonly string[]): Promise<void> {
    await this.#free();
    await this.#serving.mark(ready, () => this.#read().containers);
  }

  /** Read again only when there is something new: the gate is looked for 50 times a second. */
  #read(): SlotReading {
    const { slot } = this.#deps;
    // Asked for before the read: what is seen between the two is found the next time.
    const changes = slot.changes();
    if (this.#reading?.changes !== changes) this.#reading = { changes, of: slot.read() };
    return this.#reading.of;
  }

  #gateSight(): GateSight {
    this.look();
    return sightOfGate(this.#deps.arming, this.#recordings());
  }

  #recordings(): Recorded['containers'] {
    return recordingsOf(this.#read().containers, (id) => this.#deps.roll.describe(id));
  }

  #isCrowded(): boolean {
    const { containers, fill } = this.#read();
    return fill > CROWDED && goneOf(containers, this.#deps.readPod()).length > 0;
  }

  #submit(kind: RecordedReport['kind']): void {
    const { head, courier } = this.#deps;
    // Nothing comes after the last: it isn't left to what was read before, should the count have been seen ahead of what it counts
    // (weakly ordered CPUs).
    if (kind === 'final') this.#reading = undefined;
    // Who was known, is gone then, and is read after that, has called nothing that the report lacks. One that the ledger meets
    // only after the look may be alive.
    const known = this.#read().containers;
    const gone = goneOf(known, this.look());
    const recorded = this.#recorded(kind);
    this.#submitted = { ledger: this.#reading?.changes, falco: this.#deps.falco.changes() };
    courier.submit(
      (number) => encodeReport(recordedReport(head, number, recorded)),
      () => {
        // After the last report the whole slot is given up.
        if (kind !== 'final') this.#stored = gone;
      },
    );
  }

  #recorded(kind: RecordedReport['kind']): Recorded {
    const { clock, arming, gate, slot, files } = this.#deps;
    const falco = this.#deps.falco.section();
    return {
      kind,
      takenAt: clock.now(),
      arming: arming.arming,
      armedAt: this.#armedAt,
      gateOpenedAt: gate.openedAt(),
      containers: this.#recordings(),
      reasons: [...armingReasons(arming), ...this.#read().reasons, ...this.#falcoReasons()],
      notes: slot.resumed ? ['tracer-restarted'] : [],
      falco,
      ...(files === null ? {} : { files: files.section(falco) }),
    };
  }

  #falcoReasons(): PartialReason[] {
    return this.#deps.falco.isMissing() ? ['falco-missing'] : [];
  }

  async #free(): Promise<void> {
    if (this.#stored.length === 0) return;
    const freed = this.#stored;
    this.#stored = [];
    await this.#deps.slot.free(freed.map(({ cgroupId }) => cgroupId));
    this.#deps.roll.forget(freed.flatMap(({ name }) => containerIdOf(name) ?? []));
    this.#reading = undefined;
  }
}
