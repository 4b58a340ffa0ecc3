/** A node, a kernel and a control plane for one run, held in a test's hands. */
import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { Order, Report } from '../../../../profile/recording.ts';
import { NO_CGROUP } from '../../../../tracer/cgroups/find-pod-cgroup.ts';
import type { PodPopulation } from '../../../../tracer/cgroups/read-pod-cgroup.ts';
import { NO_FALCO } from '../../../../tracer/falco/second-probe.ts';
import type { ContainerReading, JoinResult, Slot } from '../../../../tracer/ledger/ledger.ts';
import type { Placed } from '../../../../tracer/place/place.ts';
import type { OrderOutcome, PutOutcome } from '../../../../tracer/report/control-plane.ts';
import { createCourier } from '../../../../tracer/report/courier.ts';
import { createBell } from '../../../../tracer/run/bell.ts';
import { startHearing } from '../../../../tracer/run/hearing.ts';
import { runTrace, type RunDeps } from '../../../../tracer/run/run.ts';
import { createRoll } from '../../../../tracer/containers/roll.ts';
import type { RollFile } from '../../../../tracer/containers/roll-file.ts';
import type { ContainerDescription } from '../../../../tracer/containers/find-record.ts';
import { FakeClock } from '../../../fake-clock.ts';

export const PAUSE = 'a'.repeat(64);
export const GATE = 'b'.repeat(64);
export const APP = 'c'.repeat(64);

const RECORDS: readonly (readonly [string, ContainerDescription])[] = [
  [PAUSE, { name: null, kind: 'sandbox', runtime: 'runc' }],
  [GATE, { name: 'flak-gate', kind: 'container', runtime: 'runc' }],
  [APP, { name: 'app', kind: 'container', runtime: 'runc' }],
];

/** The ledger's answer where the pod has neither a cgroup nor an earlier tracer's slot. */
const NOBODY: JoinResult = { kind: 'refused', refusal: 'pod-cgroup-not-found', detail: 'nothing of it' };

/** What the kernel has written down, and whether anyone still wants it. */
export class FakeSlot implements Slot {
  readonly armedAtBootNs = 3_599_000_000_000n;
  resumed = false;
  left = 0;
  /** Containers that there is room for. */
  readonly capacity: number;
  /** Calls that found no room. */
  lost = 0;
  /** Names of the containers that serve, and of those that were freed. */
  readonly serving: string[] = [];
  readonly freed: string[] = [];
  #changes = 0n;
  #nextId = 1n;
  readonly #containers = new Map<string, ContainerReading>();

  constructor(capacity = 128) {
    this.capacity = capacity;
  }
  changes(): bigint {
    return this.#changes;
  }
  read() {
    const containers = [...this.#containers.values()];
    return { containers, reasons: [], fill: containers.length / this.capacity };
  }
  markServing(cgroupIds: readonly bigint[]): Promise<void> {
    this.serving.push(...this.#named(cgroupIds));
    return Promise.resolve();
  }
  free(cgroupIds: readonly bigint[]): Promise<void> {
    for (const name of this.#named(cgroupIds)) {
      this.#containers.delete(name);
      this.freed.push(name);
    }
    return Promise.resolve();
  }
  leave(): Promise<void> {
    this.left += 1;
    return Promise.resolve();
  }
  /** The container makes these calls. */
  see(name: string, ...nrs: number[]): void {
    this.#changes += BigInt(nrs.length);
    const known = this.#containers.get(name);
    if (known === undefined && this.#containers.size >= this.capacity) {
      this.lost += nrs.length;
      return;
    }
    const before = known?.entries[0]?.calls ?? [];
    const calls = [...before, ...nrs.map((nr) => ({ nr, firstSeenNs: String(this.#changes) }))];
    const entries = [{ abi: 'x86_64' as const, origin: 'startup' as const, calls, denied: [], arguments: [] }];
    const cgroupId = known?.cgroupId ?? this.#nextId++;
    this.#containers.set(name, { cgroupId, name, isPod: false, firstSeenNs: cgroupId, startedNs: null, entries });
  }
  /** A call that was counted before it could be read, as a weakly ordered CPU shows it. */
  showLate(name: string, nr: number): void {
    this.see(name, nr);
    this.#changes -= 1n;
  }
  #named(cgroupIds: readonly bigint[]): string[] {
    return [...this.#containers.values()]
      .filter(({ cgroupId }) => cgroupIds.includes(cgroupId))
      .map(({ name }) => name);
  }
}

/** A file that a successor would find. */
class FakeRollFile implements RollFile {
  content: ReadonlyMap<string, ContainerDescription> = new Map();
  removed = 0;

  read() {
    return this.content;
  }
  write(known: ReadonlyMap<string, ContainerDescription>): void {
    this.content = new Map(known);
  }
  remove(): void {
    this.content = new Map();
    this.removed += 1;
  }
}

export function createFakeRun(over: Partial<RunDeps> = {}, slot = new FakeSlot()) {
  const clock = new FakeClock();
  const rollFile = new FakeRollFile();
  const lifetime = new AbortController();
  const termination = new AbortController();
  const log = pino({ level: 'silent' });
  const gate: { opened: Date | null; removed: number } = { opened: null, removed: 0 };
  const world = {
    clock,
    slot,
    gate,
    rollFile,
    termination,
    lifetime,
    /** Containers that live; undefined: the pod has no cgroup. */
    alive: [PAUSE, GATE] as string[] | undefined,
    /** What the runtime has on record. */
    records: new Map(RECORDS),
    order: 'record' as Order,
    /** Who is ready, and what the digest of it is. */
    ready: [] as string[],
    /** undefined: the control plane is away. */
    lastOrder: 'hand-over' as Order | undefined,
    answer: (): PutOutcome => ({ kind: 'acknowledged' }),
    reports: [] as Report[],
    questions: 0,
    joined: (): JoinResult => ({ kind: 'ok', slot }),
    placed: { kind: 'placed' } as Placed,
    /** How often what was placed has been taken away. */
    unplaced: 0,
    podChanged: (): void => undefined,
  };
  const controlPlane = {
    putReport: (_number: number, bytes: Buffer): Promise<PutOutcome> => {
      const outcome = world.answer();
      if (outcome.kind === 'acknowledged') world.reports.push(JSON.parse(bytes.toString()) as Report);
      return Promise.resolve(outcome);
    },
    askOrder: ({ last }: { last: boolean }): Promise<OrderOutcome> => {
      world.questions += 1;
      const order = last ? world.lastOrder : world.order;
      const { ready } = world;
      if (order !== undefined)
        return Promise.resolve({ kind: 'order', order, ready, seen: ready.join(), retryAfterMs: 0 });
      return Promise.resolve({ kind: 'not-now', message: 'away', retryAfterMs: 0 });
    },
  };
  const bell = createBell(clock);
  const failed = Promise.withResolvers<never>();
  const shared = {
    controlPlane,
    clock,
    random: () => 0,
    log,
    signal: lifetime.signal,
    onChange: () => {
      bell.ring();
    },
    onFailure: failed.reject,
  };
  const readPod = (): PodPopulation => ({
    populated: (world.alive ?? []).length > 0,
    children: (world.alive ?? []).map((name) => ({ name, populated: true })),
  });
  const start = () => {
    const run = runTrace({
      findPod: () => (world.alive === undefined ? undefined : { path: '/pod', id: 7n }),
      join: (pod) => Promise.resolve(pod === NO_CGROUP && !slot.resumed ? NOBODY : world.joined()),
      readPod,
      watchPod: (_path, onChange, signal) => {
        world.podChanged = onChange;
        signal.addEventListener('abort', () => {
          world.podChanged = () => undefined;
        });
      },
      containersCreated: () => [],
      roll: createRoll((id) => world.records.get(id), rollFile),
      gate: {
        openedAt: () => gate.opened,
        open: () => {
          gate.opened ??= clock.now();
        },
        remove: () => {
          gate.removed += 1;
        },
      },
      place: {
        put: () => Promise.resolve(world.placed),
        remove: () => {
          world.unplaced += 1;
        },
      },
      falco: NO_FALCO,
      files: null,
      courier: createCourier(shared),
      hearing: startHearing({ ...shared, termination: termination.signal, graceMs: 30_000 }),
      bell,
      clock,
      log,
      head: {
        podUid: '3f1f9c1e-5f0e-4b52-9d6c-0123456789ab',
        node: { name: 'n', bootId: 'b', kernel: '6.1', architecture: 'x86_64', cgroups: 'v2' },
      },
      arming: { arming: 'before-gate', gated: true },
      pace: { firstSnapshotMs: 10_000, longestSnapshotMs: 600_000 },
      cgroupWaitMs: 30_000,
      ...over,
    });
    const ending = Promise.race([run, failed.promise]).finally(() => {
      lifetime.abort();
    });
    return ending;
  };
  return { ...world, world, start };
}

export function kinds(reports: readonly Report[]): string[] {
  return reports.map(({ kind }) => kind);
}

/** The numbers that the containers of this name have called. */
export function callsOf(report: Report | undefined, name: string): number[] {
  assert.ok(report !== undefined && report.kind !== 'refused');
  const own = report.containers.filter((container) => container.name === name);
  return own.flatMap(({ entries }) => entries.flatMap(({ calls }) => calls.map(({ nr }) => nr)));
}
