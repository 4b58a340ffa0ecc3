/** Finds a pod's cgroup below any root the kubelet was given. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isAnyPodCgroup, podUidOf } from './pod-cgroup-name.ts';

/**
 * The deepest known layout, kind inside a container with the systemd driver, needs 6 levels. Pods aren't descended into, so
 * 20 000 directories are more services and sessions than any node has; the walk ends there rather than eat the node.
 */
const BOUNDS = { depth: 8, directories: 20_000 } as const;
type Bounds = { readonly [K in keyof typeof BOUNDS]: number };

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
  for (const found of walk(root, BOUNDS)) {
    if (found === TOO_MANY) return undefined;
    if (found.podUid === podUid) return identify(found.path);
  }
  return undefined;
}

/**
 * UIDs of all pods that have a cgroup.
 * @returns undefined where the tree is too large to be known as a whole
 */
export function listPods(root: string, bounds: Bounds = BOUNDS): ReadonlySet<string> | undefined {
  const podUids = new Set<string>();
  for (const found of walk(root, bounds)) {
    if (found === TOO_MANY) return undefined;
    podUids.add(found.podUid);
  }
  return podUids;
}

const TOO_MANY = Symbol('more directories than are walked');

interface FoundPod {
  readonly podUid: string;
  readonly path: string;
}

function* walk(root: string, bounds: Bounds): Generator<FoundPod | typeof TOO_MANY> {
  let level = [root];
  let visited = 0;
  for (let depth = 0; depth < bounds.depth && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const parent of level) {
      visited += 1;
      if (visited > bounds.directories) {
        yield TOO_MANY;
        return;
      }
      for (const name of subdirectories(parent)) {
        const path = join(parent, name);
        const podUid = podUidOf(name, basename(parent));
        if (podUid !== undefined) yield { podUid, path };
        else if (!isAnyPodCgroup(name)) next.push(path);
      }
    }
    level = next;
  }
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
