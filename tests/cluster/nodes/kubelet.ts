import { join } from 'node:path';
import { stringify } from 'yaml';
import { DNS_ADDRESS, type NodeIdentity } from '../addresses.ts';
import { certificateFiles, kubeconfigOf } from '../certificates/create-all.ts';
import type { Daemon } from '../daemons/daemon.ts';
import type { Layout, NodeLayout } from '../layout.ts';

/**
 * A kubelet that works on small virtual machines: version 1 or hybrid cgroups, swap, little free disk, no right to
 * lower OOM scores.
 */
export function kubeletConfiguration(node: NodeIdentity, cluster: Layout, layout: NodeLayout): string {
  const files = certificateFiles(cluster, node.name);
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: node.address,
    port: node.kubeletPort,
    readOnlyPort: 0,
    healthzBindAddress: '127.0.0.1',
    healthzPort: node.kubeletHealthPort,
    tlsCertFile: files.certificate,
    tlsPrivateKeyFile: files.key,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: certificateFiles(cluster, 'authority').certificate },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${layout.containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: node.cgroupRoot,
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    localStorageCapacityIsolation: false,
    enforceNodeAllocatable: ['none'],
    evictionHard: {
      'memory.available': '50Mi',
      'nodefs.available': '1%',
      'nodefs.inodesFree': '1%',
      'imagefs.available': '1%',
    },
    imageGCHighThresholdPercent: 100, // the images can't be pulled again
    serializeImagePulls: false,
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: 'cluster.local',
    resolvConf: '',
    makeIPTablesUtilChains: false,
    staticPodPath: layout.staticPods,
    podLogsDir: layout.podLogs,
    volumePluginDir: join(layout.kubeletRoot, 'volume-plugins'),
  });
}

export function kubelet(node: NodeIdentity, cluster: Layout, layout: NodeLayout, binaries: string): Daemon {
  return {
    name: `kubelet-${node.ordinal}`,
    argv: [
      `${binaries}/kubelet`,
      `--config=${join(layout.configuration, 'kubelet.yaml')}`,
      `--kubeconfig=${kubeconfigOf(cluster, node.name)}`,
      `--root-dir=${layout.kubeletRoot}`,
      `--hostname-override=${node.name}`,
      `--node-ip=${node.address}`,
      `--cert-dir=${join(layout.kubeletRoot, 'pki')}`,
    ],
  };
}
