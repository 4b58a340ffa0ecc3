import { existsSync } from 'node:fs';
import type { NodeIdentity } from '../addresses.ts';
import { writeSysctl } from '../machine/before.ts';
import { runCommand, tryCommand } from '../run-command.ts';

const BRIDGE_FILTER = 'net/bridge/bridge-nf-call-iptables';

/** Lets the machine forward between pods, and kube-proxy's rules see what crosses a bridge. */
export async function prepareForwarding(): Promise<void> {
  if (!existsSync(`/proc/sys/${BRIDGE_FILTER}`)) await runCommand(['modprobe', 'br_netfilter']);
  writeSysctl(BRIDGE_FILTER, '1');
  writeSysctl('net/ipv4/ip_forward', '1');
}

export async function addNodeAddress(node: NodeIdentity): Promise<void> {
  await runCommand(['ip', 'address', 'replace', `${node.address}/32`, 'dev', 'lo']);
}

/** Removes a node's address and bridge; what isn't there is no error. */
export async function removeNodeNetwork(node: NodeIdentity): Promise<void> {
  await tryCommand(['ip', 'link', 'delete', node.bridge]);
  await tryCommand(['ip', 'address', 'delete', `${node.address}/32`, 'dev', 'lo']);
}
