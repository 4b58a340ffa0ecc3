/** The containers of a pod that were there before the ledger was: found in the cgroup's files and in /proc. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { childrenOf, processesBelow, unlessGone } from '../cgroups/tree.ts';

export interface RunningContainer {
  readonly cgroupId: bigint;
  /** Its directory's. */
  readonly name: string;
  /** Inode number of its first process's mount namespace; 0 where that can't be seen. */
  readonly mountNs: number;
}

/** A hardened node lets nobody look at some processes. */
function ifSeen<T>(read: () => T): T | null {
  return unlessGone(read, 'EACCES');
}

/** Clock ticks since boot: field 22 of proc_pid_stat(5), counted behind the command's name, which may hold anything. */
function startOf(pid: number): number {
  const stat = ifSeen(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? Infinity);
}

function mountNsOf(pid: number): number {
  return ifSeen(() => statSync(`/proc/${pid}/ns/mnt`).ino) ?? 0;
}

/** The cgroups right below a pod's that have a process in them. @param directory of the pod's cgroup */
export function listRunning(directory: string): RunningContainer[] {
  return childrenOf(directory).flatMap((name) => {
    const child = join(directory, name);
    const [oldest] = processesBelow(child)
      .map((pid) => ({ pid, start: startOf(pid) }))
      .sort((one, other) => one.start - other.start || one.pid - other.pid);
    const cgroupId = unlessGone(() => statSync(child, { bigint: true }).ino);
    return oldest === undefined || cgroupId === null ? [] : [{ cgroupId, name, mountNs: mountNsOf(oldest.pid) }];
  });
}
