/** The containers of a pod that were there before the ledger was: found in the cgroup's files and in /proc. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface RunningContainer {
  readonly cgroupId: bigint;
  /** Its directory's. */
  readonly name: string;
  /** Inode number of its first process's mount namespace; 0 where that can't be seen. */
  readonly mountNs: number;
}

/**
 * Null where the file's subject is gone (ENOENT for a cgroup or pid, ESRCH and ENODEV for one that goes while it is read), or
 * a hardened node lets nobody look (EACCES).
 */
function unlessGone<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'ENODEV', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function childrenOf(directory: string): string[] {
  const entries = unlessGone(() => readdirSync(directory, { withFileTypes: true })) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** All processes in a cgroup and below. Those of other pid namespaces read as 0, and are left out. */
function pidsBelow(directory: string): number[] {
  const own = unlessGone(() => readFileSync(join(directory, 'cgroup.procs'), 'utf8')) ?? '';
  const pids = own.split('\n').map(Number);
  return [
    ...pids.filter((pid) => pid > 0),
    ...childrenOf(directory).flatMap((name) => pidsBelow(join(directory, name))),
  ];
}

/** Clock ticks since boot: field 22 of proc_pid_stat(5), counted behind the command's name, which may hold anything. */
function startOf(pid: number): number {
  const stat = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? Infinity);
}

function mountNsOf(pid: number): number {
  return unlessGone(() => statSync(`/proc/${pid}/ns/mnt`).ino) ?? 0;
}

/** The cgroups right below a pod's that have a process in them. @param directory of the pod's cgroup */
export function listRunning(directory: string): RunningContainer[] {
  return childrenOf(directory).flatMap((name) => {
    const child = join(directory, name);
    const [oldest] = pidsBelow(child)
      .map((pid) => ({ pid, start: startOf(pid) }))
      .sort((one, other) => one.start - other.start || one.pid - other.pid);
    const cgroupId = unlessGone(() => statSync(child, { bigint: true }).ino);
    return oldest === undefined || cgroupId === null ? [] : [{ cgroupId, name, mountNs: mountNsOf(oldest.pid) }];
  });
}
