/** What runs already: a cgroup that is there, or a process and its children, put into a cgroup of their own for the time. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LedgerOptions } from '../ledger/ledger.ts';
import { processesBelow } from '../cgroups/tree.ts';
import { idOf, isRecorded, makeCommandCgroup, move, pathOfProcess } from './command-cgroup.ts';
import type { RecordResult, Watched } from './record.ts';
import { recordWhile, untilEmpty } from './record.ts';

export interface Until {
  /** That it is enough. */
  readonly signal: AbortSignal;
  /** Told when recording has begun. */
  readonly onArmed: () => void;
}

/** @returns how many processes lived on when the recording ended */
export type AttachResult = RecordResult<number> | { readonly kind: 'nested' } | { readonly kind: 'gone' };

/**
 * A cgroup by its directory, or by its path below the hierarchy's root as /proc/<pid>/cgroup and `systemctl show -P ControlGroup` name it.
 * @returns undefined where there is none
 */
export function findCgroup(hierarchyRoot: string, path: string): string | undefined {
  return [path, join(hierarchyRoot, path)].find(
    (directory) => directory.startsWith(hierarchyRoot) && existsSync(join(directory, 'cgroup.procs')),
  );
}

/** Until the cgroup is empty, or `until.signal` says that it is enough. */
export async function recordCgroup(
  options: LedgerOptions,
  directory: string,
  { signal, onArmed }: Until,
): Promise<AttachResult> {
  if (isRecorded(directory)) return { kind: 'nested' };
  const watched: Watched = { id: idOf(directory), population: () => processesBelow(directory).length };
  return recordWhile(options, watched, () => {
    onArmed();
    return untilEmpty(watched, signal);
  });
}

/**
 * Moves the process and all its children into a cgroup below the one they are in, so that their limits stay, and back at the end.
 * Until they have ended, or `until.signal` says that it is enough.
 */
export async function recordProcess(
  options: LedgerOptions,
  pid: number,
  { signal, onArmed }: Until,
): Promise<AttachResult> {
  if (!existsSync(`/proc/${pid}`)) return { kind: 'gone' };
  const home = pathOfProcess(options.cgroupRoot, pid);
  if (isRecorded(home)) return { kind: 'nested' };
  const cgroup = makeCommandCgroup(home, process.pid);
  try {
    return await recordWhile(options, cgroup, async () => {
      gather(pid, cgroup.directory);
      onArmed();
      return untilEmpty(cgroup, signal);
    });
  } finally {
    cgroup.remove();
  }
}

/** A parent before its children: whoever is forked afterwards is born inside. */
function gather(pid: number, directory: string): void {
  if (!move(pid, directory)) return;
  for (const child of bornOf(pid)) gather(child, directory);
}

/** proc_pid_tid_children(5). */
function bornOf(pid: number): number[] {
  const tasks = existsSync(`/proc/${pid}/task`) ? readdirSync(`/proc/${pid}/task`) : [];
  return tasks.flatMap((task) => {
    const path = `/proc/${pid}/task/${task}/children`;
    return existsSync(path) ? readFileSync(path, 'utf8').split(' ').filter(Boolean).map(Number) : [];
  });
}
