/** The tree of cgroups as its files show it, while whatever is looked at may go away. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the kernel says of a cgroup (ENOENT, ENODEV) or a process (ENOENT, ESRCH) that is gone, or goes while it is read. */
const GONE: readonly string[] = ['ENOENT', 'ENODEV', 'ESRCH'];

/** Null where the act's subject is gone. @param also other errors that mean as little here */
export function unlessGone<T>(act: () => T, ...also: string[]): T | null {
  try {
    return act();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (GONE.includes(code) || also.includes(code)) return null;
    throw error;
  }
}

/** Names of the cgroups right below. */
export function childrenOf(directory: string): string[] {
  const entries = unlessGone(() => readdirSync(directory, { withFileTypes: true })) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** All processes of a cgroup and of those below it; none where it is gone. Those of other pid namespaces read as 0, and are left out. */
export function processesBelow(directory: string): number[] {
  const own = unlessGone(() => readFileSync(join(directory, 'cgroup.procs'), 'utf8')) ?? '';
  const pids = own.split('\n').map(Number);
  return [
    ...pids.filter((pid) => pid > 0),
    ...childrenOf(directory).flatMap((name) => processesBelow(join(directory, name))),
  ];
}
