import { join } from 'node:path';
import { stringify } from 'yaml';
import { FIRST_NODE, POD_SUBNET, PORTS } from '../addresses.ts';
import { kubeconfigOf } from '../certificates/create-all.ts';
import type { Daemon } from '../daemons/daemon.ts';
import type { Layout } from '../layout.ts';

/** One kube-proxy serves both nodes: they share the machine's network. It leaves the conntrack limits alone. */
export function kubeProxyConfiguration(layout: Layout): string {
  return stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: kubeconfigOf(layout, 'proxy') },
    mode: 'iptables',
    clusterCIDR: POD_SUBNET,
    hostnameOverride: FIRST_NODE.name,
    bindAddress: FIRST_NODE.address,
    healthzBindAddress: `127.0.0.1:${PORTS.proxyHealth}`,
    metricsBindAddress: `127.0.0.1:${PORTS.proxyMetrics}`,
    nodePortAddresses: [`${FIRST_NODE.address}/32`],
    oomScoreAdj: 0,
    iptables: { localhostNodePorts: false },
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  });
}

export function kubeProxyConfigurationFile(layout: Layout): string {
  return join(layout.configuration, 'kube-proxy.yaml');
}

export function kubeProxy(layout: Layout, binaries: string): Daemon {
  return {
    name: 'kube-proxy',
    argv: [`${binaries}/kube-proxy`, `--config=${kubeProxyConfigurationFile(layout)}`],
  };
}
