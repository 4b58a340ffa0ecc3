/** Directories of gates that nobody removed: the kubelet makes one for each gated pod, also for one that no tracer armed on. */
import { existsSync, readdirSync } from 'node:fs';
import { createGate } from './gate.ts';

/** For each the node's cgroups are walked, which takes a few ms; the next sweep goes on. */
const MOST = 100;
const POD_UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Removes those of pods that are gone. A pod's cgroup is there before its directory is, so a directory that was listed and
 * whose pod has no cgroup is of a pod that ended.
 */
export function sweepGates(root: string, isGone: (podUid: string) => boolean): void {
  if (!existsSync(root)) return;
  const podUids = readdirSync(root).filter((name) => POD_UID.test(name));
  for (const podUid of podUids.slice(0, MOST)) if (isGone(podUid)) removeIfPossible(root, podUid);
}

function removeIfPossible(root: string, podUid: string): void {
  try {
    createGate(root, podUid).remove();
  } catch {
    // Somebody put something in there: it is theirs, and no reason for a tracer to fail.
  }
}
