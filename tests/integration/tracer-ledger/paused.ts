/** Waits for a container's program to have done what it does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE = 34;

/** The call that the only process of a cgroup is in (proc_pid_syscall(5)); empty while there is none, or another one beside it. */
function callIn(cgroup: string): string {
  try {
    const pid = readFileSync(join(cgroup, 'cgroup.procs'), 'utf8').trim();
    return /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/syscall`, 'utf8') : '';
  } catch {
    // Either has yet to come, or has just gone.
    return '';
  }
}

/** Waits until the only process of a cgroup is in pause(2): what it called before is over. */
export async function untilPaused(cgroup: string): Promise<void> {
  for (let turn = 0; !callIn(cgroup).startsWith(`${PAUSE} `); turn++) {
    if (turn === 3000) throw new Error(`${cgroup} does not pause: ${callIn(cgroup)}`);
    await sleep(20);
  }
}
