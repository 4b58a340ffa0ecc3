/** Looking at the node: what refusal.ts decides upon. */
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import type { NodeFacts } from './refusal.ts';

/** linux/magic.h */
const CGROUP2_SUPER_MAGIC = 0x63677270;

/** @param magic of its file system */
export function isMount(path: string, magic: number): boolean {
  return existsSync(path) && statfsSync(path).type === magic;
}

export function readIfThere(path: string): string {
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
