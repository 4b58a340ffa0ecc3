import type { Layout } from '../layout.ts';
import { logTail, startDaemon } from '../daemons/daemon.ts';
import { kubeProxy, kubeProxyConfiguration, kubeProxyConfigurationFile } from '../nodes/kube-proxy.ts';
import { mkdirSync } from 'node:fs';
import { tryCommand } from '../run-command.ts';
import { waitUntil } from '../wait-until.ts';
import { writeIfChanged } from '../write-if-changed.ts';
import { apiServer, controllerManager, etcd, scheduler } from './arguments.ts';

/** etcd and the API server, until it is ready. */
export async function startApiServer(layout: Layout, binaries: string, signal?: AbortSignal): Promise<void> {
  mkdirSync(layout.etcd, { recursive: true, mode: 0o700 }); // etcd warns of a directory others may read
  startDaemon(layout, etcd(layout));
  const daemon = apiServer(layout, binaries);
  startDaemon(layout, daemon);
  const ready = [`${binaries}/kubectl`, '--kubeconfig', layout.kubeconfig, 'get', '--raw', '/readyz'];
  await waitUntil('the API server is ready', async () => (await tryCommand(ready, { signal })) !== undefined, {
    limitMs: 90_000,
    explain: () => logTail(layout, daemon.name),
    signal,
  });
}

/** What speaks to the API server only. */
export function startControllers(layout: Layout, binaries: string): void {
  startDaemon(layout, controllerManager(layout, binaries));
  startDaemon(layout, scheduler(layout, binaries));
  writeIfChanged(kubeProxyConfigurationFile(layout), kubeProxyConfiguration(layout));
  startDaemon(layout, kubeProxy(layout, binaries));
}
