/** What one container did with files: gathered call by call, and united over reports. */
import { PROBE_BOUNDS, type FileAccess } from '../probe-words.ts';
import type { FileUse } from '../probes.ts';
import type { Access } from './access.ts';
import { accessOfMask, foldedInto, foldPaths, isFolded, maskOf, type Masks } from './fold.ts';

type Paths = FileUse['paths'];

export interface UseGatherer {
  readonly add: (access: Access) => void;
  /** @param most fewer entries than are kept, where a report has no room for them */
  readonly paths: (most?: number) => Paths;
}

/** Folding looks at every path, so it is done for so many new ones at once. What comes out is the same. */
const UNFOLDED = 512;

export function createUseGatherer(bound: number = PROBE_BOUNDS.paths): UseGatherer {
  let masks: Map<string, number> = new Map();
  return {
    add: ({ path, access }) => {
      const into = masks.has(path) ? path : (foldedInto(masks, path) ?? path);
      masks.set(into, (masks.get(into) ?? 0) | maskOf(access));
      if (masks.size > bound + UNFOLDED) masks = new Map(foldPaths(masks, bound));
    },
    // From what would be kept: so that a smaller report is a fold of the larger one.
    paths: (most = bound) => toPaths(foldPaths(foldPaths(masks, bound), most)),
  };
}

/** Commutative, associative and idempotent, the bound included (fold.ts). */
export function unitePaths(one: Paths, other: Paths, bound: number = PROBE_BOUNDS.paths): Paths {
  const masks = new Map<string, number>();
  for (const { path, access } of [...one, ...other]) masks.set(path, (masks.get(path) ?? 0) | maskOf(access));
  return toPaths(foldPaths(masks, bound));
}

/** Whether some of them stand for folders. */
export function hasFolded(paths: Paths): boolean {
  return isFolded(new Map(paths.map(({ path }) => [path, 0])));
}

function toPaths(masks: Masks): Paths {
  return [...masks]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, mask]): { path: string; access: FileAccess[] } => ({ path, access: accessOfMask(mask) }));
}
