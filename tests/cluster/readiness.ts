import type { NodeIdentity } from './addresses.ts';
import { isDaemonRunning, logTail, recordedDaemons } from './daemons/daemon.ts';
import type { Layout } from './layout.ts';
import { tryCommand } from './run-command.ts';
import { waitUntil } from './wait-until.ts';

/** Waits until a node says it is ready. */
export async function waitForNode(
  node: NodeIdentity,
  layout: Layout,
  kubectl: string,
  signal?: AbortSignal,
): Promise<void> {
  const status = '{.status.conditions[?(@.type=="Ready")].status}';
  const argv = [kubectl, '--kubeconfig', layout.kubeconfig, 'get', 'node', node.name, '-o', `jsonpath=${status}`];
  await waitUntil(`node ${node.name} is ready`, async () => (await tryCommand(argv, { signal })) === 'True', {
    limitMs: 90_000,
    explain: () => logTail(layout, `kubelet-${node.ordinal}`),
    signal,
  });
}

/** Waits until pods can be created: a pod without its namespace's default ServiceAccount is refused. */
export async function waitForServiceAccount(layout: Layout, kubectl: string, signal?: AbortSignal): Promise<void> {
  const argv = [kubectl, '--kubeconfig', layout.kubeconfig, 'get', 'serviceaccount', 'default', '-o', 'name'];
  await waitUntil('the default ServiceAccount exists', async () => (await tryCommand(argv, { signal })) !== undefined, {
    limitMs: 60_000,
    explain: () => logTail(layout, 'kube-controller-manager'),
    signal,
  });
}

/** Makes sure that nothing that was started has ended since. @throws with the end of the log of what has */
export function assertAllRunning(layout: Layout): void {
  const ended = recordedDaemons(layout).filter((name) => !isDaemonRunning(layout, name));
  if (ended.length === 0) return;
  throw new Error(ended.map((name) => `${name} has ended:\n${logTail(layout, name)}`).join('\n'));
}
