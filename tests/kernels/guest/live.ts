/** Lets the test program live its lives in a pod of its own, and tells what it noted and what the ledger did. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { hashesOfCommand } from '../../../profile/exec-hash.ts';
import type { Origin } from '../../../profile/recording.ts';
import type { ContainerReading, Ledger, Slot } from '../../../tracer/ledger/ledger.ts';
import type { Fact, GuestResult, Mode } from '../result.ts';
import { NOTES_BYTES, decodeNotes } from './notes.ts';

/** mocha's timeout doesn't reach a synchronous call. */
const BOUND = { timeout: 120_000, killSignal: 'SIGKILL' } as const;

export interface Scene {
  /** The pod's cgroup, which is there. */
  readonly pod: string;
  /** programs/calls.c, compiled. */
  readonly program: string;
  /** Where notes are kept. */
  readonly folder: string;
}

const SOCKET = 41;
const WORKLOAD: readonly Origin[] = ['setup', 'startup', 'serving'];

function inodeOf(path: string): bigint {
  return statSync(path, { bigint: true }).ino;
}

/**
 * What `unshare` is asked for: a life that can begin, whose notes are empty. The System V objects that a life may make
 * are gone with it.
 */
function prepare(scene: Scene, mode: Mode | 'leaf', container: Mode, notes: string): string[] {
  const cgroup = join(scene.pod, container);
  mkdirSync(cgroup, { recursive: true });
  writeFileSync(join(scene.folder, notes), Buffer.alloc(NOTES_BYTES));
  return ['--ipc', scene.program, mode, join(scene.folder, notes), join(cgroup, 'cgroup.procs')];
}

function decode({ folder }: Scene, notes: string, origins = WORKLOAD): Fact[] {
  return decodeNotes(readFileSync(join(folder, notes)), origins);
}

function live(scene: Scene, mode: Mode): Fact[] {
  execFileSync('unshare', prepare(scene, mode, mode, mode), { stdio: ['ignore', 'ignore', 'inherit'], ...BOUND });
  return decode(scene, mode);
}

/** Joins a container that runs. @param origin of what it calls once it has executed its program */
function visit(scene: Scene, container: Mode, notes: string, origin: Origin): Fact[] {
  execFileSync('unshare', prepare(scene, 'leaf', container, notes), BOUND);
  return decode(scene, notes, ['setup', origin]);
}

async function serve(scene: Scene, slot: Slot): Promise<Fact[]> {
  const program = spawn('unshare', prepare(scene, 'serve', 'serve', 'serve'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(program, 'exit');
  await once(program.stdout, 'data');
  await slot.markServing([inodeOf(join(scene.pod, 'serve'))]);
  program.stdin.write('go');
  await exit;
  return decode(scene, 'serve');
}

function factsOf({ entries }: ContainerReading): Fact[] {
  return entries.flatMap(({ abi, origin, calls, denied }) => [
    ...calls.map(({ nr }): Fact => `${origin} ${abi} ${nr}`),
    ...denied.map(({ nr, errno }): Fact => `${origin} ${abi} ${nr} denied ${errno}`),
  ]);
}

function socketsOf({ entries }: ContainerReading): string[] {
  const native = entries.filter(({ abi }) => abi === 'x86_64').flatMap((entry) => entry.arguments);
  return native.filter(({ nr }) => nr === SOCKET).flatMap(({ tuples }) => tuples.map((tuple) => tuple.join()));
}

/** Joins, lives, reads and leaves. The visitors are one program, told apart by its arguments: one is what a probe of the pod runs. */
export async function record(ledger: Ledger, scene: Scene): Promise<GuestResult> {
  const joined = await ledger.join({
    podUid: crypto.randomUUID(),
    cgroupIds: [inodeOf(scene.pod)],
    execHashes: hashesOfCommand([scene.program, 'leaf', join(scene.folder, 'probe')]),
  });
  if (joined.kind === 'refused') return { ...joined, release: release() };
  const { slot } = joined;
  const noted: Record<Mode, Fact[]> = {
    every: live(scene, 'every'),
    children: [
      ...live(scene, 'children'),
      ...visit(scene, 'children', 'probe', 'exec:probe'),
      ...visit(scene, 'children', 'foreign', 'exec:foreign'),
    ],
    denied: live(scene, 'denied'),
    serve: await serve(scene, slot),
  };
  for (const container of Object.keys(noted)) rmdirSync(join(scene.pod, container));
  const { containers, reasons } = slot.read();
  await slot.leave();
  const by = <T>(told: (container: ContainerReading) => T): Record<string, T> =>
    Object.fromEntries(containers.map((container) => [container.name, told(container)]));
  return { kind: 'recorded', release: release(), noted, recorded: by(factsOf), sockets: by(socketsOf), reasons };
}
