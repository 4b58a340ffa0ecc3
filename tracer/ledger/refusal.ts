/** Why a node can't have a ledger: facts about it, and the one reason they amount to. */
import type { Refusal } from '../../profile/recording.ts';
import { ERRNO } from './libbpf-call.ts';

export interface NodeFacts {
  readonly hasBtf: boolean;
  /** Content of /sys/kernel/security/lockdown, empty where the kernel has none. */
  readonly lockdown: string;
  /** Bits of CapEff. */
  readonly capabilities: bigint;
  readonly hasCgroup2: boolean;
}

export interface RefusedFor {
  readonly refusal: Refusal;
  readonly detail: string;
}

/** CAP_SYS_ADMIN finds maps and programs by their ids (CAP_BPF may not: kernel/bpf/syscall.c), CAP_DAC_READ_SEARCH cgroups by theirs. */
const NEEDED = (1n << 21n) | (1n << 2n);

/** What can be known before anything is loaded; null where nothing speaks against it. */
export function refuseNode(facts: NodeFacts): RefusedFor | null {
  if ((facts.capabilities & NEEDED) !== NEEDED) {
    return { refusal: 'missing-capability', detail: `effective capabilities are ${facts.capabilities.toString(16)}` };
  }
  if (facts.lockdown.includes('[confidentiality]')) {
    return { refusal: 'lockdown-confidentiality', detail: facts.lockdown.trim() };
  }
  if (!facts.hasBtf) return { refusal: 'no-btf', detail: '/sys/kernel/btf/vmlinux is missing' };
  if (!facts.hasCgroup2) return { refusal: 'cgroup-v1', detail: 'no cgroup v2 hierarchy at the cgroup root' };
  return null;
}

/** Maps have been charged to the memory cgroup, not to RLIMIT_MEMLOCK, since 5.11. */
function chargesMemlock(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map(Number);
  return major < 5 || (major === 5 && minor < 11);
}

/**
 * What an error while loading means; null for one that says nothing about the node (no memory just now, a missing file).
 * @param kernel release, as `uname -r` prints it
 * @param memlock soft RLIMIT_MEMLOCK, as /proc/self/limits prints it
 */
export function refuseLoad(
  error: { readonly message: string; readonly errno: number },
  kernel: string,
  memlock: string,
): RefusedFor | null {
  const detail = `${error.message}; Linux ${kernel}`.slice(0, 1024);
  const isShort = error.errno === ERRNO.ENOMEM || error.errno === ERRNO.EPERM;
  if (isShort && chargesMemlock(kernel) && memlock !== 'unlimited') return { refusal: 'memlock', detail };
  if (error.errno === ERRNO.EPERM) return { refusal: 'missing-capability', detail };
  if (error.errno === ERRNO.ENOMEM || error.errno === ERRNO.ENOENT) return null;
  return { refusal: 'kernel-too-old', detail };
}
