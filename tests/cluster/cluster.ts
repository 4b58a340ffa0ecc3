/**
 * The test cluster as functions: for the commands of package.json, the end-to-end tests and the demo.
 * One cluster per machine: addresses, ports and the directory below /run are fixed.
 */
import { existsSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FIRST_NODE, SECOND_NODE, type NodeIdentity } from './addresses.ts';
import { kubernetesBinaries } from './binaries/kubernetes.ts';
import { createCertificates } from './certificates/create-all.ts';
import { startApiServer, startControllers } from './control-plane/start.ts';
import { isDaemonRunning } from './daemons/daemon.ts';
import { withLock } from './daemons/lock.ts';
import { copyImages } from './images/load.ts';
import { pauseImage } from './images/pause.ts';
import { DEFAULT_STATE, LOCK, layoutOf, nodeLayoutOf, type Layout, type NodeLayout } from './layout.ts';
import { recordBefore, readBefore } from './machine/before.ts';
import { CLUSTER_PACKAGES, IMAGE_PACKAGES, installPackages } from './machine/debian-packages.ts';
import { missingPrerequisites } from './machine/prerequisites.ts';
import { readMachine } from './machine/read-machine.ts';
import { addNodeAddress, prepareForwarding } from './network/addresses.ts';
import { startKubelet, startRuntime } from './nodes/start-node.ts';
import { stopNode } from './nodes/stop-node.ts';
import type { Progress } from './progress.ts';
import { assertAllRunning, waitForNode, waitForServiceAccount } from './readiness.ts';
import { runCommand, tryCommand } from './run-command.ts';
import { tearDown } from './teardown.ts';

export interface ClusterOptions {
  /** Where the cluster keeps its state; default `/var/lib/flak-cluster`. */
  readonly stateDirectory?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ClusterNode extends NodeLayout {
  readonly name: string;
  readonly address: string;
}

export interface Cluster {
  /** The administrator's. */
  readonly kubeconfig: string;
  /** A kubectl of the cluster's version. */
  readonly kubectl: string;
  readonly binaries: string;
  readonly stateDirectory: string;
  readonly node: ClusterNode;
}

/** A machine the cluster can't be made on; each message is a sentence for people. */
export class PrerequisitesMissing extends Error {
  override readonly name = 'PrerequisitesMissing';
}

/**
 * Starts the cluster, or what of it doesn't run, and waits until pods can be created. Interrupted or failed, it stops
 * everything again, unless the cluster ran when it was called.
 */
export async function startCluster(options: ClusterOptions, progress: Progress): Promise<Cluster> {
  const layout = layoutOf(options.stateDirectory ?? DEFAULT_STATE);
  const { signal } = options;
  await checkPrerequisites(layout);
  await installPackages([...CLUSTER_PACKAGES, ...IMAGE_PACKAGES], progress, signal);
  const binaries = await kubernetesBinaries(progress, signal);
  return withClusterLock(progress, signal, async () => {
    const wasUp = isDaemonRunning(layout, 'kube-apiserver');
    try {
      await startParts(layout, binaries, progress, signal);
    } catch (error) {
      if (!wasUp) await progress.step('Stop what was started', () => tearDown(layout, signal?.aborted !== true));
      throw error;
    }
    return clusterOf(layout, binaries);
  });
}

/** The cluster that is up, if there is one. */
export function runningCluster(options: Pick<ClusterOptions, 'stateDirectory'>): Cluster | undefined {
  const layout = layoutOf(options.stateDirectory ?? DEFAULT_STATE);
  if (!isDaemonRunning(layout, 'kube-apiserver') || !existsSync(kubectlOf(layout))) return undefined;
  return clusterOf(layout, dirname(realpathSync(kubectlOf(layout))));
}

/** Stops the cluster and leaves the machine as it was before; no error when there is none. */
export async function stopCluster(options: Pick<ClusterOptions, 'stateDirectory'>, progress: Progress): Promise<void> {
  const layout = layoutOf(options.stateDirectory ?? DEFAULT_STATE);
  await withClusterLock(progress, undefined, async () => {
    const owner = readBefore(layout)?.stateDirectory;
    await progress.step('Stop the cluster', () => tearDown(owner === undefined ? layout : layoutOf(owner), false));
  });
}

/** Starts a second node: a kubelet and containerd of its own on the same kernel. */
export async function startSecondNode(
  cluster: Cluster,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ClusterNode> {
  const layout = layoutOf(cluster.stateDirectory);
  await progress.step('Second node', async (detail) => {
    await startRuntime(SECOND_NODE, layout, await pauseImage(progress, signal), signal);
    detail('loading images');
    await copyImages(cluster.node.containerdSocket, clusterNode(layout, SECOND_NODE).containerdSocket, signal);
    await startKubelet(SECOND_NODE, layout, cluster.binaries);
    detail('waiting until it is ready');
    await waitForNode(SECOND_NODE, layout, cluster.kubectl, signal);
  });
  return clusterNode(layout, SECOND_NODE);
}

/** Stops the second node as if its plug were pulled, and removes its Node object. */
export async function stopSecondNode(cluster: Cluster): Promise<void> {
  await stopNode(SECOND_NODE, layoutOf(cluster.stateDirectory));
  const kubectl = [cluster.kubectl, '--kubeconfig', cluster.kubeconfig];
  await tryCommand([...kubectl, 'delete', 'node', SECOND_NODE.name, '--ignore-not-found']);
}

async function checkPrerequisites(layout: Layout): Promise<void> {
  const missing = missingPrerequisites(await readMachine());
  const owner = readBefore(layout)?.stateDirectory;
  if (owner !== undefined && owner !== layout.state) {
    missing.push(`A test cluster is up already, in ${owner}; \`npm run cluster:down\` stops it.`);
  }
  if (missing.length > 0) throw new PrerequisitesMissing(missing.join('\n'));
}

async function startParts(layout: Layout, binaries: string, progress: Progress, signal?: AbortSignal): Promise<void> {
  mkdirSync(layout.state, { recursive: true });
  await recordBefore(layout);
  await progress.step('Certificates', () => createCertificates(layout));
  await linkKubectl(layout, binaries);
  await prepareForwarding();
  await addNodeAddress(FIRST_NODE);
  const runtime = progress.step('containerd', async () => {
    await startRuntime(FIRST_NODE, layout, await pauseImage(progress, signal), signal);
  });
  const apiServer = progress.step('API server', () => startApiServer(layout, binaries, signal));
  // Both have to come to an end, or one would go on starting things while the other's failure has them stopped.
  await Promise.allSettled([runtime, apiServer]);
  await Promise.all([runtime, apiServer]);
  await progress.step('Node', async () => {
    startControllers(layout, binaries);
    await startKubelet(FIRST_NODE, layout, binaries);
    await waitForNode(FIRST_NODE, layout, `${binaries}/kubectl`, signal);
    await waitForServiceAccount(layout, `${binaries}/kubectl`, signal);
    assertAllRunning(layout);
  });
}

function withClusterLock<T>(progress: Progress, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  const onWait = (): void => {
    progress.note('The cluster is just being started or stopped; waiting for that.');
  };
  return withLock(LOCK, { signal, onWait }, work);
}

/** Makes kubectl reachable at a path that doesn't change with the version. */
async function linkKubectl(layout: Layout, binaries: string): Promise<void> {
  const link = kubectlOf(layout);
  await rm(link, { force: true });
  symlinkSync(join(binaries, 'kubectl'), link);
  await runCommand([link, 'version', '--client']);
}

function kubectlOf(layout: Layout): string {
  return join(layout.state, 'kubectl');
}

function clusterOf(layout: Layout, binaries: string): Cluster {
  return {
    kubeconfig: layout.kubeconfig,
    kubectl: kubectlOf(layout),
    binaries,
    stateDirectory: layout.state,
    node: clusterNode(layout, FIRST_NODE),
  };
}

function clusterNode(layout: Layout, node: NodeIdentity): ClusterNode {
  return { ...nodeLayoutOf(layout.state, node), name: node.name, address: node.address };
}
