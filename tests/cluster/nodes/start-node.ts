import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeIdentity } from '../addresses.ts';
import { logTail, startDaemon } from '../daemons/daemon.ts';
import type { ImageArchive } from '../images/archive.ts';
import { loadImages } from '../images/load.ts';
import { nodeLayoutOf, type Layout } from '../layout.ts';
import { createCgroup } from '../machine/cgroups.ts';
import { addNodeAddress } from '../network/addresses.ts';
import { tryCommand } from '../run-command.ts';
import { waitUntil } from '../wait-until.ts';
import { writeIfChanged } from '../write-if-changed.ts';
import { cniConfiguration, containerd, containerdConfiguration } from './containerd.ts';
import { kubelet, kubeletConfiguration } from './kubelet.ts';

/** containerd of a node, with the sandbox image loaded. It needs no API server. */
export async function startRuntime(
  node: NodeIdentity,
  cluster: Layout,
  pause: ImageArchive,
  signal?: AbortSignal,
): Promise<void> {
  const layout = nodeLayoutOf(cluster.state, node);
  for (const path of [layout.configuration, layout.cniConfiguration, layout.run]) mkdirSync(path, { recursive: true });
  writeIfChanged(join(layout.configuration, 'containerd.toml'), containerdConfiguration(layout, pause.reference));
  writeIfChanged(join(layout.cniConfiguration, '10-flak.conflist'), cniConfiguration(node, layout));
  const daemon = containerd(node, layout);
  startDaemon(cluster, daemon);
  await waitUntil(
    'containerd answers',
    async () => (await tryCommand(['ctr', '--address', layout.containerdSocket, 'version'], { signal })) !== undefined,
    { limitMs: 30_000, explain: () => logTail(cluster, daemon.name), signal },
  );
  await loadImages(layout.containerdSocket, [pause], signal);
}

/** The kubelet of a node whose runtime is up. */
export async function startKubelet(node: NodeIdentity, cluster: Layout, binaries: string): Promise<void> {
  const layout = nodeLayoutOf(cluster.state, node);
  for (const path of [layout.staticPods, layout.seccompProfiles, layout.podLogs]) mkdirSync(path, { recursive: true });
  await addNodeAddress(node);
  if (node.cgroupRoot !== '/') createCgroup(node.cgroupRoot);
  writeIfChanged(join(layout.configuration, 'kubelet.yaml'), kubeletConfiguration(node, cluster, layout));
  startDaemon(cluster, kubelet(node, cluster, layout, binaries));
}
