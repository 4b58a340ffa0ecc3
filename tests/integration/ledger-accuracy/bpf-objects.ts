/** Programs, maps and links that the kernel holds, as bpftool lists them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../tracer-ledger/stage.ts';

const KINDS = ['prog', 'map', 'link'] as const;
const TURNS = 150;
const TURN_MS = 200;

interface BpfObject {
  readonly kind: (typeof KINDS)[number];
  readonly id: number;
  readonly name?: string;
  readonly prog_id?: number;
  /** All programs and maps of one load share one. */
  readonly btf_id?: number;
  readonly pinned?: readonly string[];
  /** Left out where it is 0. */
  readonly recursion_misses?: number;
}

/** bpftool fails where something that it has begun to list goes away meanwhile: then it is asked again. */
function show(kind: BpfObject['kind']): string {
  for (let attempt = 1; ; attempt++) {
    const arguments_ = ['-f', '-j', kind, 'show'];
    const { status, stdout } = spawnSync('bpftool', arguments_, { encoding: 'utf8', maxBuffer: 1 << 26 });
    if (status === 0) return stdout;
    if (attempt === TURNS) throw new Error(`bpftool ${arguments_.join(' ')}: exit ${String(status)}: ${stdout}`);
  }
}

function listObjects(): BpfObject[] {
  return KINDS.flatMap((kind) =>
    (JSON.parse(show(kind)) as Omit<BpfObject, 'kind'>[]).map((object) => ({ ...object, kind })),
  );
}

const keyOf = ({ kind, id }: BpfObject): string => `${kind} ${id}`;

/** What another ledger of the machine has pinned, or needs for what it has pinned, is no remains of this stage's. */
function isForeign(object: BpfObject, all: readonly BpfObject[], stage: Stage): boolean {
  const pinnedElsewhere = all.filter(({ pinned = [] }) => pinned.some((path) => !path.startsWith(stage.folder)));
  const programs = new Set(pinnedElsewhere.flatMap(({ prog_id: id }) => id ?? []));
  const loads = new Set(
    [...pinnedElsewhere, ...all.filter(({ kind, id }) => kind === 'prog' && programs.has(id))].flatMap(
      ({ btf_id: id }) => id ?? [],
    ),
  );
  if (pinnedElsewhere.includes(object)) return true;
  if (object.btf_id !== undefined) return loads.has(object.btf_id);
  const isInnerMap = object.kind === 'map' && object.name?.startsWith('flak_') === true;
  return isInnerMap && pinnedElsewhere.length > 0;
}

/** Looks again and again, as the kernel frees such things a little later, till nothing is left that was not there at the beginning. */
export function watchObjects(stage: Stage): { remains(): Promise<string[]> } {
  const before = new Set(listObjects().map(keyOf));
  return {
    remains: async () => {
      for (let turn = 0; ; turn++) {
        const all = listObjects();
        const left = all.filter((object) => !before.has(keyOf(object)) && !isForeign(object, all, stage));
        if (left.length === 0 || turn === TURNS) return left.map((object) => `${keyOf(object)} ${object.name ?? ''}`);
        await sleep(TURN_MS);
      }
    },
  };
}

/** How often the kernel skipped a program of this stage, because the CPU was inside of it already. */
export function countMisses(stage: Stage): number {
  const all = listObjects();
  const links = all.filter(({ kind, pinned = [] }) => kind === 'link' && pinned[0]?.startsWith(stage.folder) === true);
  assert.ok(links.length > 0, 'no program of the ledger is attached');
  const programs = all.filter(({ kind, id }) => kind === 'prog' && links.some(({ prog_id: used }) => used === id));
  return programs.reduce((sum, { recursion_misses: misses = 0 }) => sum + misses, 0);
}
