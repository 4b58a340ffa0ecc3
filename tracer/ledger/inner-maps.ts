/** The maps that a slot has of its own: made by the joining tracer, placed in an outer map that all slots share. */
import { setImmediate } from 'node:timers/promises';
import type { Bpf } from './libbpf.ts';
import type { Pins } from './pins.ts';
import * as layout from './layout.ts';

const { SIZES } = layout;

const INNER_ROLES = ['containers', 'tuples', 'marks', 'rows'] as const;
export type InnerRole = (typeof INNER_ROLES)[number];

/** Name, key size, value size and entries, by the outer map's role. */
const SHAPES: Readonly<Record<InnerRole, Parameters<Bpf['createHash']>>> = {
  containers: ['flak_containers', SIZES.containerKey, SIZES.container, layout.CONTAINERS],
  tuples: ['flak_tuples', SIZES.tupleKey, SIZES.tuple, layout.TUPLES],
  marks: ['flak_marks', SIZES.markKey, SIZES.mark, layout.MARKS],
  rows: ['flak_rows', SIZES.rowKey, SIZES.row, layout.ROWS],
};

/** Descriptors. */
export type InnerMaps = Readonly<Record<InnerRole, number>>;

interface InnerDeps {
  readonly bpf: Bpf;
  readonly pins: Pins;
}

/** The inner map at this place, or null. Reading an array of maps gives the id of the inner map. */
function openInner({ bpf, pins }: InnerDeps, role: InnerRole, index: number): number | null {
  const id = Buffer.alloc(SIZES.index);
  return bpf.lookup(pins.maps[role], layout.encodeIndex(index), id) ? bpf.openMapById(id.readUInt32LE()) : null;
}

/**
 * Places a map, or places it again where it is already: for the wait. The kernel answers only when no program is running that had
 * begun before (maybe_wait_bpf_programs, since 4.20).
 */
export async function placeInner(
  { bpf, pins }: InnerDeps,
  role: InnerRole,
  index: number,
  inner: number,
): Promise<void> {
  const descriptor = Buffer.alloc(SIZES.index);
  descriptor.writeInt32LE(inner);
  await bpf.updateAside(pins.maps[role], layout.encodeIndex(index), descriptor);
}

/** Places a map without waiting for anyone: that it is there shows at once, though the kernel answers late. */
async function showInner(deps: InnerDeps, role: InnerRole, index: number, inner: number): Promise<void> {
  const failures: unknown[] = [];
  void placeInner(deps, role, index, inner).catch((error: unknown) => failures.push(error));
  while (!deps.bpf.lookup(deps.pins.maps[role], layout.encodeIndex(index), Buffer.alloc(SIZES.index))) {
    if (failures.length > 0) throw failures[0];
    await setImmediate();
  }
}

/**
 * The slot's maps: those that are there, and new ones for the others.
 * @param fill is told of a map of containers that was made just now, before the programs see it
 */
export async function openInnerMaps(
  deps: InnerDeps,
  index: number,
  fill: (containers: number) => void,
): Promise<InnerMaps> {
  const opened: Partial<Record<InnerRole, number>> = {};
  try {
    for (const role of INNER_ROLES) {
      const found = openInner(deps, role, index);
      const inner = (opened[role] = found ?? deps.bpf.createHash(...SHAPES[role]));
      if (found !== null) continue;
      if (role === 'containers') fill(inner);
      await showInner(deps, role, index, inner);
    }
  } catch (error) {
    closeInnerMaps(deps, opened);
    throw error;
  }
  return opened as InnerMaps;
}

export async function removeInnerMaps({ bpf, pins }: InnerDeps, index: number): Promise<void> {
  await Promise.all(INNER_ROLES.map((role) => bpf.removeAside(pins.maps[role], layout.encodeIndex(index))));
}

export function closeInnerMaps({ bpf }: Pick<InnerDeps, 'bpf'>, inner: Partial<InnerMaps>): void {
  for (const map of Object.values(inner)) bpf.close(map);
}
