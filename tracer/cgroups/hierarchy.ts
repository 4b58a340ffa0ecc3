/** Where the node's cgroup v2 hierarchy is. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface Hierarchy {
  /** `hybrid`: v1 controllers are mounted beside v2, whose tree is below `unified`. */
  readonly kind: 'v2' | 'hybrid';
  readonly path: string;
}

/**
 * `cgroup.controllers` exists in every cgroup v2 directory and in no v1 one (Documentation/admin-guide/cgroup-v2.rst).
 * @param root where /sys/fs/cgroup of the node is mounted
 * @returns undefined on a node with cgroup v1 alone
 */
export function findHierarchy(root: string): Hierarchy | undefined {
  if (existsSync(join(root, 'cgroup.controllers'))) return { kind: 'v2', path: root };
  const unified = join(root, 'unified');
  return existsSync(join(unified, 'cgroup.controllers')) ? { kind: 'hybrid', path: unified } : undefined;
}
