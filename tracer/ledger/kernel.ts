/** What Node doesn't offer of the kernel: the boot clock, file locks, and whether a cgroup id still stands for a cgroup. */
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import { ERRNO } from './libbpf.ts';

export interface Kernel {
  /** CLOCK_BOOTTIME in ns: the clock of bpf_ktime_get_boot_ns and of a task's start. */
  bootNs(): bigint;
  /** flock(2), not waiting. False where another open file holds it. */
  tryLock(descriptor: number): boolean;
  /** True only where the kernel says that no cgroup with this id is left. */
  isCgroupGone(cgroupRoot: string, cgroupId: bigint): boolean;
}

const CLOCK_BOOTTIME = 7;
const LOCK_EX_NB = 2 | 4;
const O_PATH = 0o10000000;
/** FILEID_KERNFS of linux/exportfs.h: the handle is the 64-bit id (since 5.5). */
const FILEID_KERNFS = 0xfe;

function kernfsHandle(id: bigint): Buffer {
  const handle = Buffer.alloc(16);
  handle.writeUInt32LE(8, 0);
  handle.writeInt32LE(FILEID_KERNFS, 4);
  handle.writeBigUInt64LE(id, 8);
  return handle;
}

/** Binds the C library. */
export function loadKernel(): Kernel {
  const libc = koffi.load('libc.so.6');
  const clockGettime = libc.func('int clock_gettime(int clock, void *time)');
  const flock = libc.func('int flock(int descriptor, int operation)');
  const openByHandle = libc.func('int open_by_handle_at(int mount, void *handle, int flags)');
  return {
    bootNs: () => {
      const time = Buffer.alloc(16);
      clockGettime(CLOCK_BOOTTIME, time);
      return time.readBigInt64LE(0) * 1_000_000_000n + time.readBigInt64LE(8);
    },
    tryLock: (descriptor) => flock(descriptor, LOCK_EX_NB) === 0,
    isCgroupGone: (cgroupRoot, cgroupId) => {
      const mount = openSync(cgroupRoot, 'r');
      try {
        const found: unknown = openByHandle(mount, kernfsHandle(cgroupId), O_PATH);
        if (typeof found === 'number' && found >= 0) closeSync(found);
        return found === -1 && koffi.errno() === ERRNO.ESTALE;
      } finally {
        closeSync(mount);
      }
    },
  };
}
