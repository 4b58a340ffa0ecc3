/** Looking at the node: what refusal.ts decides upon, and where its BPF file system is. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NodeFacts } from './refusal.ts';

/** linux/magic.h */
const CGROUP2_SUPER_MAGIC = 0x63677270;
const BPF_FS_MAGIC = 0xcafe4a11;

function isMount(path: string, magic: number): boolean {
  return existsSync(path) && statfsSync(path).type === magic;
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

export function readNodeFacts(cgroupRoot: string): NodeFacts {
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return {
    hasBtf: existsSync('/sys/kernel/btf/vmlinux'),
    lockdown: readIfThere('/sys/kernel/security/lockdown'),
    capabilities: BigInt(`0x${capabilities}`),
    hasCgroup2: isMount(cgroupRoot, CGROUP2_SUPER_MAGIC),
  };
}

/** Soft RLIMIT_MEMLOCK, as the kernel prints it. */
export function readMemlockLimit(): string {
  return /^Max locked memory\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 'unlimited';
}

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
