/** What tracers and the kubelet left on the node for pods that are gone. Swept by every tracer that ends. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { listRolls, createRollFile } from './containers/roll-file.ts';
import { createPrivateDirectory, listPrivateDirectories } from './falco/private-directory.ts';
import { listSpools } from './files/spool.ts';
import { createGate, listGates } from './gate/gate.ts';

export interface Places {
  readonly gateRoot: string;
  readonly rollRoot: string;
  readonly falcoRoot: string;
  readonly linesRoot: string;
}

/** A tracer may be at work for a pod that is gone, as long as the control plane can't be reached; it writes while it learns. */
const KEPT_MS = 24 * 3_600_000;

/**
 * The kubelet makes a gate's directory for each gated pod, also for one that no tracer armed on. It does so when it makes the gate's
 * container, long after the pod's cgroup: a directory that was listed before and whose pod has no cgroup is of a pod that ended.
 * @param findPods UIDs of all pods that have a cgroup, undefined where that can't be known; asked after everything was listed
 */
export function sweepLeftovers(
  { gateRoot, rollRoot, falcoRoot, linesRoot }: Places,
  now: Date,
  findPods: () => ReadonlySet<string> | undefined,
): void {
  const gates = listGates(gateRoot);
  const stale = new Date(now.getTime() - KEPT_MS);
  const rolls = listRolls(rollRoot, stale);
  const falcos = listPrivateDirectories(falcoRoot);
  const lines = listSpools(linesRoot, stale);
  if (gates.length + rolls.length + falcos.length + lines.length === 0) return;
  const pods = findPods();
  // A tracer is a pod itself: where no pod has a cgroup, its absence says nothing (`cgroupsPerQOS: false`).
  if (pods === undefined || pods.size === 0) return;
  const isGone = (podUid: string): boolean => !pods.has(podUid);
  for (const podUid of gates.filter(isGone)) removeGate(gateRoot, podUid);
  for (const podUid of rolls.filter(isGone)) createRollFile(rollRoot, podUid, () => undefined).remove();
  for (const podUid of falcos.filter(isGone)) createPrivateDirectory(falcoRoot, podUid).remove();
  for (const podUid of lines.filter(isGone)) rmSync(join(linesRoot, podUid), { recursive: true, force: true });
}

function removeGate(root: string, podUid: string): void {
  try {
    createGate(root, podUid).remove();
  } catch {
    // Somebody put something in there: it is theirs, and no reason for a tracer to fail.
  }
}
