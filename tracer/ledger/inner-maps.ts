/** The maps that a slot has of its own: made by the joining tracer, placed in an outer map that all slots share. */
import type { Bpf } from './libbpf.ts';
import type { Pins } from './pins.ts';
import * as layout from './layout.ts';

const { SIZES } = layout;

export const INNER_ROLES = ['containers', 'tuples', 'marks', 'rows'] as const;
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
export function placeInner({ bpf, pins }: InnerDeps, role: InnerRole, index: number, inner: number): void {
  const descriptor = Buffer.alloc(SIZES.index);
  descriptor.writeInt32LE(inner);
  bpf.update(pins.maps[role], layout.encodeIndex(index), descriptor);
}

/** @param fill is told of a map that was made just now, before the programs see it */
export function openOrCreate(deps: InnerDeps, role: InnerRole, index: number, fill?: (map: number) => void): number {
  const found = openInner(deps, role, index);
  const inner = found ?? deps.bpf.createHash(...SHAPES[role]);
  try {
    if (found === null) fill?.(inner);
    placeInner(deps, role, index, inner);
  } catch (error) {
    deps.bpf.close(inner);
    throw error;
  }
  return inner;
}

export function removeInner({ bpf, pins }: InnerDeps, role: InnerRole, index: number): void {
  bpf.remove(pins.maps[role], layout.encodeIndex(index));
}
