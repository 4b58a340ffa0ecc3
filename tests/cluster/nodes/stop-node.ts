import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import type { NodeIdentity } from '../addresses.ts';
import { stopDaemons } from '../daemons/daemon.ts';
import { endProcesses, identify } from '../daemons/processes.ts';
import { nodeLayoutOf, type Layout } from '../layout.ts';
import { processesIn, removeCgroup } from '../machine/cgroups.ts';
import { unmountBelow } from '../machine/mounts.ts';
import { removeNodeNetwork } from '../network/addresses.ts';
import { cniNetworkName } from './containerd.ts';

/** Stops a node and removes what it made: pods' processes, shims, mounts, cgroups, network, files. */
export async function stopNode(node: NodeIdentity, cluster: Layout): Promise<void> {
  const layout = nodeLayoutOf(cluster.state, node);
  await stopDaemons(cluster, [`kubelet-${node.ordinal}`]); // first: it would start the pods again
  const pods = join(node.cgroupRoot, 'kubepods');
  await endPods(layout.containerdSocket, pods);
  await stopDaemons(cluster, [`containerd-${node.ordinal}`]);
  await removeCgroup(node.cgroupRoot === '/' ? pods : node.cgroupRoot);
  await removeNodeNetwork(node);
  const directories = [layout.run, join(cluster.state, node.name)];
  for (const directory of directories) await unmountBelow(directory);
  removeLogs(node, layout.podLogs);
  removeNetworkResults(node);
  if (node.ordinal !== 1) for (const directory of directories) await rm(directory, { recursive: true, force: true });
}

/**
 * containerd's shims of one containerd: they outlive it and are in no cgroup of ours, but each was given the socket to
 * report to, which no other containerd has.
 */
function shimsOf(containerdSocket: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const words = commandLine(pid);
      return words[0]?.includes('containerd-shim') === true && words.includes(containerdSocket);
    })
    .map(Number);
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it has ended
  }
}

/** Kills until none is left: a process may have forked while the others were looked up. */
async function endPods(containerdSocket: string, cgroup: string): Promise<void> {
  for (;;) {
    const pids = [...shimsOf(containerdSocket), ...processesIn(cgroup)];
    if (pids.length === 0) return;
    // No patience: the first process of a container ignores SIGTERM unless it asks for it (pid_namespaces(7)).
    await endProcesses(
      pids.map(identify).filter((identity) => identity !== undefined),
      0,
    );
  }
}

/** The first node's logs are where every kubelet's are; before.ts knows whether that directory was there before. */
function removeLogs(node: NodeIdentity, podLogs: string): void {
  if (node.ordinal !== 1) rmSync(join(podLogs, '..'), { recursive: true, force: true });
}

/** libcni keeps each attachment's result in a directory that containerd 1.6 doesn't let one choose. */
function removeNetworkResults(node: NodeIdentity): void {
  const directory = '/var/lib/cni/results';
  try {
    for (const name of readdirSync(directory)) {
      if (name.startsWith(`${cniNetworkName(node)}-`)) rmSync(join(directory, name), { force: true });
    }
  } catch {
    // no attachment was ever made
  }
}
