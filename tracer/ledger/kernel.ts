/** What Node doesn't offer of the kernel: the boot clock, file locks, and the way from a cgroup's id to its directory. */
import { closeSync, constants, openSync } from 'node:fs';
import koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { BpfError, ERRNO } from './libbpf-call.ts';

export interface Kernel {
  /** CLOCK_BOOTTIME in ns: the clock of bpf_ktime_get_boot_ns and of a task's start. */
  bootNs(): bigint;
  /** flock(2), not waiting. False where another open file holds it. */
  tryLock(descriptor: number): boolean;
  /** Marks a byte of an open file as in use, for as long as it is open here or, if this process dies, no longer. Several may. */
  shareByte(descriptor: number, place: number): void;
  /** Whether someone (this process by another open file, too) has the byte marked. */
  isByteShared(descriptor: number, place: number): boolean;
  /**
   * Calls `use` with a path to the directory of the cgroup that this id stands for; null where the kernel says that there is none.
   * @param cgroupRoot any mount of the v2 hierarchy
   */
  inCgroup<T>(cgroupRoot: string, cgroupId: bigint, use: (directory: string) => T): T | null;
}

const CLOCK_BOOTTIME = 7;
const LOCK_EX_NB = 2 | 4;
/** FILEID_KERNFS of linux/exportfs.h: the handle is the 64-bit id (since 5.5). */
const FILEID_KERNFS = 0xfe;

/** fcntl.h: locks of the open file, which closing another one of the same file doesn't drop (since 3.15). */
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_RDLCK = 0;
const F_WRLCK = 1;
const F_UNLCK = 2;

/** `struct flock` of a 64-bit machine: type, whence (SEEK_SET), start, length, pid (0). */
function byteLock(type: number, place: number): Buffer {
  const lock = Buffer.alloc(32);
  lock.writeInt16LE(type, 0);
  lock.writeBigInt64LE(BigInt(place), 8);
  lock.writeBigInt64LE(1n, 16);
  return lock;
}

function bindByteLocks(libc: LibraryHandle): Pick<Kernel, 'shareByte' | 'isByteShared'> {
  const fcntl = libc.func('int fcntl(int descriptor, int command, ...)') as (...args: unknown[]) => number;
  const ask = (descriptor: number, command: number, lock: Buffer): void => {
    if (fcntl(descriptor, command, 'void *', lock) < 0) throw new BpfError('lock a byte', koffi.errno());
  };
  return {
    shareByte: (descriptor, place) => {
      ask(descriptor, F_OFD_SETLK, byteLock(F_RDLCK, place));
    },
    isByteShared: (descriptor, place) => {
      const lock = byteLock(F_WRLCK, place);
      ask(descriptor, F_OFD_GETLK, lock);
      return lock.readInt16LE(0) !== F_UNLCK;
    },
  };
}

function kernfsHandle(id: bigint): Buffer {
  const handle = Buffer.alloc(16);
  handle.writeUInt32LE(8, 0);
  handle.writeInt32LE(FILEID_KERNFS, 4);
  handle.writeBigUInt64LE(id, 8);
  return handle;
}

function bindInCgroup(libc: LibraryHandle): Kernel['inCgroup'] {
  const openByHandle = libc.func('int open_by_handle_at(int mount, void *handle, int flags)') as (
    ...args: [number, Buffer, number]
  ) => number;
  return (cgroupRoot, cgroupId, use) => {
    const mount = openSync(cgroupRoot, 'r');
    try {
      const found = openByHandle(mount, kernfsHandle(cgroupId), constants.O_DIRECTORY);
      if (found < 0 && koffi.errno() === ERRNO.ESTALE) return null;
      if (found < 0) throw new BpfError(`open cgroup ${cgroupId} below ${cgroupRoot}`, koffi.errno());
      try {
        return use(`/proc/self/fd/${found}`);
      } finally {
        closeSync(found);
      }
    } finally {
      closeSync(mount);
    }
  };
}

/** Binds the C library. */
export function loadKernel(): Kernel {
  const libc = koffi.load('libc.so.6');
  const clockGettime = libc.func('int clock_gettime(int clock, void *time)');
  const flock = libc.func('int flock(int descriptor, int operation)');
  return {
    bootNs: () => {
      const time = Buffer.alloc(16);
      clockGettime(CLOCK_BOOTTIME, time);
      return time.readBigInt64LE(0) * 1_000_000_000n + time.readBigInt64LE(8);
    },
    tryLock: (descriptor) => flock(descriptor, LOCK_EX_NB) === 0,
    ...bindByteLocks(libc),
    inCgroup: bindInCgroup(libc),
  };
}
