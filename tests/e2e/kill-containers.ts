/** `kill -9` of what a pod runs, as the kernel or an unlucky operator does it: nobody is asked, no hook runs. */
import { readFileSync } from 'node:fs';
import { processesIn } from '../cluster/machine/cgroups.ts';

/** Of a pod on the first node whose requests make it burstable, the pause process apart. @returns how many were killed */
export function killContainersOf(podUid: string): number {
  const pids = processesIn(`kubepods/burstable/pod${podUid}`).filter(
    (pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'pause',
  );
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  return pids.length;
}
