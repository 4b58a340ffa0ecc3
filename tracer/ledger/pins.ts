/**
 * The programs and maps of the node, pinned: whole or not there. They are pinned in a directory of another name, which is
 * renamed when complete, and renamed again before anything in it is taken away.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bpf } from './libbpf.ts';
import type { LoadedObject } from './libbpf-object.ts';
import type { PinPlaces } from './pin-places.ts';
import { placesUnder } from './pin-places.ts';
import { watchEntries } from './watches.ts';

const MAPS = {
  rows: 'slot_rows',
  containers: 'slot_containers',
  tuples: 'slot_tuples',
  marks: 'slot_marks',
  directory: 'directory',
  counters: 'slot_counters',
  targets: 'targets',
  /** The programs' only global variable. */
  generation: '.bss',
} as const;
type MapRole = keyof typeof MAPS;
const MAP_ROLES = Object.keys(MAPS) as MapRole[];

/**
 * In the order of attaching: a task must not be seen leaving a call before it can be seen entering one, and the state
 * that a fork or exec changes must be followed from the first call on.
 */
const PROGRAMS = ['ledger_fork', 'ledger_exec', 'ledger_end', 'ledger_enter', 'ledger_exit'] as const;

/** Only the object for kernels without task storage has `ledger_end`. */
function isProgram(name: string): boolean {
  return PROGRAMS.some((program) => program === name);
}

/** Descriptors of what is pinned. */
export interface Pins {
  readonly maps: Readonly<Record<MapRole, number>>;
  /** None before the programs are started. */
  readonly programs: number[];
}

function removeRemains(places: PinPlaces): void {
  for (const place of [places.loading, places.leaving]) rmSync(place, { recursive: true, force: true });
}

function openFrom(bpf: Bpf, place: string): Pins {
  const maps = MAP_ROLES.map((role) => [role, bpf.openPin(join(place, role))] as const);
  return { maps: Object.fromEntries(maps) as Record<MapRole, number>, programs: [] };
}

function openPrograms(bpf: Bpf, { programs }: Pins, { whole }: PinPlaces): void {
  for (const name of readdirSync(whole).filter(isProgram)) programs.push(bpf.openProgramOf(join(whole, name)));
}

/** Opens the maps and programs that are pinned. To be called under the lock. */
export function openPins(bpf: Bpf, pinRoot: string): Pins {
  const places = placesUnder(pinRoot);
  const pins = openFrom(bpf, places.whole);
  openPrograms(bpf, pins, places);
  return pins;
}

export interface LoadedPins {
  readonly pins: Pins;
  /** Attaches the programs; from then on the node has them. @throws BpfError where the kernel refuses: nothing is pinned then */
  readonly start: () => void;
}

/** Pins the maps of the first object on a node, out of everyone's sight until its programs are started. To be called under the lock. */
export function loadPins(bpf: Bpf, pinRoot: string, object: LoadedObject): LoadedPins {
  const places = placesUnder(pinRoot);
  removeRemains(places);
  mkdirSync(places.loading, { recursive: true, mode: 0o700 });
  const orRemove = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      removeRemains(places);
      throw error;
    }
  };
  const pins = orRemove(() => {
    object.writeArray('watches', watchEntries());
    for (const role of MAP_ROLES) object.pinMap(MAPS[role], join(places.loading, role));
    return openFrom(bpf, places.loading);
  });
  const start = (): void => {
    for (const program of PROGRAMS.filter((name) => object.hasProgram(name)))
      object.attachAndPin(program, join(places.loading, program));
    renameSync(places.loading, places.whole);
    openPrograms(bpf, pins, places);
  };
  return {
    pins,
    start: () => {
      orRemove(start);
    },
  };
}

export function closePins(bpf: Bpf, { maps, programs }: Pins): void {
  for (const descriptor of [...Object.values(maps), ...programs]) bpf.close(descriptor);
}

/**
 * Detaches the programs and lets the kernel free everything, as soon as no tracer has a map open; takes away what a
 * tracer left that died while it was loading or removing them. Under the lock.
 */
export function removePins(pinRoot: string): void {
  const places = placesUnder(pinRoot);
  removeRemains(places);
  if (existsSync(places.whole)) renameSync(places.whole, places.leaving);
  removeRemains(places);
  if (existsSync(pinRoot) && readdirSync(pinRoot).length === 0) rmdirSync(pinRoot);
}
