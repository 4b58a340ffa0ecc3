/**
 * Which paths are told one by one, and which as the folder that they are in, when there are more than are kept. The folder
 * stands for itself and everything below it.
 *
 * What is folded depends on the set of all paths alone, never on the order in which they were met nor on how they were
 * spread over reports: fold(fold(A) ∪ B) = fold(A ∪ B). The number of entries that a folder may have is its share of what the
 * folder around it may have, so it only shrinks as paths are added: what was folded once would be folded in the end.
 */
import { FILE_ACCESS, type FileAccess } from '../probe-words.ts';

/** Accesses by path, as bits in the order of `FILE_ACCESS`. A path that ends in `/` is folded. */
export type Masks = ReadonlyMap<string, number>;

export function maskOf(access: readonly FileAccess[]): number {
  return access.reduce((mask, each) => mask | (1 << FILE_ACCESS.indexOf(each)), 0);
}

export function accessOfMask(mask: number): FileAccess[] {
  return FILE_ACCESS.filter((_, bit) => (mask & (1 << bit)) !== 0);
}

/** @returns at most `most` entries; the same ones where there are no more and none is folded */
export function foldPaths(masks: Masks, most: number): Masks {
  if (masks.size <= most && !isFolded(masks)) return masks;
  const folded = new Map<string, number>();
  foldBelow({ folder: '/', paths: [...masks.keys()], share: most }, (path, into) => {
    folded.set(into, (folded.get(into) ?? 0) | (masks.get(path) ?? 0));
  });
  return folded;
}

export function isFolded(masks: Masks): boolean {
  return masks.keys().some((path) => path.endsWith('/'));
}

interface Place {
  readonly folder: string;
  /** All paths below it, and the folder's own. */
  readonly paths: readonly string[];
  /** How many entries it may have. */
  readonly share: number;
}

/** @param keep told of every path and of the entry that it becomes part of */
function foldBelow({ folder, paths, share }: Place, keep: (path: string, into: string) => void): void {
  const { files, folders } = childrenOf(folder, paths);
  if (paths.includes(folder) || files.length + folders.size > share) {
    for (const path of paths) keep(path, folder);
    return;
  }
  for (const path of files) keep(path, path);
  const childShare = Math.floor((share - files.length) / Math.max(1, folders.size));
  for (const [child, below] of folders) foldBelow({ folder: child, paths: below, share: childShare }, keep);
}

/** A name that is a path itself and has others below it counts as a folder, in which it has its own entry. */
function childrenOf(
  folder: string,
  paths: readonly string[],
): { readonly files: readonly string[]; readonly folders: ReadonlyMap<string, string[]> } {
  const folders = new Map<string, string[]>();
  const leaves: string[] = [];
  for (const path of paths) {
    const end = path.indexOf('/', folder.length);
    if (end === -1) leaves.push(path);
    else addTo(folders, path.slice(0, end + 1), path);
  }
  const files = leaves.filter((path) => path.length < folder.length || !folders.get(`${path}/`)?.push(path));
  return { files, folders };
}

function addTo(folders: Map<string, string[]>, folder: string, path: string): void {
  const below = folders.get(folder);
  if (below === undefined) folders.set(folder, [path]);
  else below.push(path);
}

/** The folded entry that a path belongs to, the nearest to the root; undefined where it is told by itself. */
export function foldedInto(masks: Masks, path: string): string | undefined {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const folder = path.slice(0, at + 1);
    if (masks.has(folder)) return folder;
  }
  return masks.has(`${path}/`) ? `${path}/` : undefined;
}
