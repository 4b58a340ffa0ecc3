/** Finds a pod's cgroup below any root the kubelet was given. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isAnyPodCgroup, isPodCgroup } from './pod-cgroup-name.ts';

/**
 * The deepest known layout, kind inside a container with the systemd driver, needs 6 levels. Pods aren't descended into, so
 * 20 000 directories are more services and sessions than any node has; the walk ends there rather than eat the node.
 */
const BOUNDS = { depth: 8, directories: 20_000 } as const;

export interface PodCgroup {
  readonly path: string;
  /** Inode number, which is the cgroup's id in the v2 hierarchy (kernfs ids are inode numbers on 64-bit kernels). */
  readonly id: bigint;
}

/** Stands for a pod whose cgroup isn't there: not yet, no more, or not on this node. Nobody lives in it. */
export const NO_CGROUP: PodCgroup = { path: '/nonexistent', id: 0n };

/**
 * Breadth first: a directory that imitates a pod's name deeper in the tree never wins over the real one.
 * @param root of the v2 hierarchy
 */
export function findPodCgroup(root: string, podUid: string): PodCgroup | undefined {
  let level = [root];
  let visited = 0;
  for (let depth = 0; depth < BOUNDS.depth && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const parent of level) {
      visited += 1;
      if (visited > BOUNDS.directories) return undefined;
      for (const name of subdirectories(parent)) {
        if (isPodCgroup(name, basename(parent), podUid)) return identify(join(parent, name));
        if (!isAnyPodCgroup(name)) next.push(join(parent, name));
      }
    }
    level = next;
  }
  return undefined;
}

function identify(path: string): PodCgroup | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? undefined : { path, id: stat.ino };
}

/** Cgroups come and go during a walk: one that is gone has no children. */
function subdirectories(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** ENODEV is what kernfs answers for a directory removed while it was open. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENODEV');
}
