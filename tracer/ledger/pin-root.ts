/** Where the node's BPF file system is. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMount, readIfThere } from './node.ts';

/** linux/magic.h */
const BPF_FS_MAGIC = 0xcafe4a11;

/**
 * A process in the host's mount namespace, as /proc shows it: init, or where a hardened node lets nobody look at that,
 * the kernel's own second process, which shares it.
 */
function hostProcess(): string {
  if (existsSync('/proc/1/ns/mnt')) return '/proc/1';
  return readIfThere('/proc/2/comm').trim() === 'kthreadd' ? '/proc/2' : '/proc/1';
}

/**
 * The pin root, by a path that leads to a BPF file system of the node, not of the tracer's container; null where there is none.
 * Where the host has none mounted yet it is mounted there; where the mount doesn't reach the container (the host's
 * root is private) it is gone to through a process of the host.
 */
export function findPinRoot(pinRoot: string): string | null {
  const host = hostProcess();
  const find = (): string | undefined =>
    [pinRoot, join(host, 'root', pinRoot)].find((path) => isMount(dirname(path), BPF_FS_MAGIC));
  const present = find();
  if (present !== undefined) return present;
  const mount = ['mount', '-t', 'bpf', 'bpf', dirname(pinRoot)];
  spawnSync('nsenter', [`--mount=${host}/ns/mnt`, ...mount], { timeout: 10_000 });
  return find() ?? null;
}
