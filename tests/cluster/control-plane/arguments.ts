import { FIRST_NODE, POD_SUBNET, PORTS, SERVICE_SUBNET } from '../addresses.ts';
import { certificateFiles, kubeconfigOf } from '../certificates/create-all.ts';
import type { Daemon } from '../daemons/daemon.ts';
import type { Layout } from '../layout.ts';

/** etcd for a cluster whose loss costs nothing: without fsync it is several times faster on slow disks. */
export function etcd(layout: Layout): Daemon {
  const files = certificateFiles(layout, 'etcd');
  const authority = certificateFiles(layout, 'authority').certificate;
  const client = `https://127.0.0.1:${PORTS.etcdClient}`;
  const peer = `http://127.0.0.1:${PORTS.etcdPeer}`;
  return {
    name: 'etcd',
    argv: [
      'etcd',
      '--name=flak',
      `--data-dir=${layout.etcd}`,
      '--unsafe-no-fsync',
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=flak=${peer}`,
      '--client-cert-auth',
      `--trusted-ca-file=${authority}`,
      `--cert-file=${files.certificate}`,
      `--key-file=${files.key}`,
      '--logger=zap',
      '--log-level=warn',
    ],
  };
}

export function apiServer(layout: Layout, binaries: string): Daemon {
  return {
    name: 'kube-apiserver',
    argv: [
      `${binaries}/kube-apiserver`,
      `--bind-address=${FIRST_NODE.address}`,
      `--advertise-address=${FIRST_NODE.address}`,
      `--secure-port=${PORTS.apiServer}`,
      `--service-cluster-ip-range=${SERVICE_SUBNET}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      '--profiling=false',
      ...tlsFlags(layout, 'api-server'),
      ...etcdFlags(layout),
      ...kubeletFlags(layout),
      ...tokenFlags(layout),
      ...aggregationFlags(layout),
    ],
  };
}

export function controllerManager(layout: Layout, binaries: string): Daemon {
  const authority = certificateFiles(layout, 'authority');
  return {
    name: 'kube-controller-manager',
    argv: [
      `${binaries}/kube-controller-manager`,
      '--bind-address=127.0.0.1',
      `--secure-port=${PORTS.controllerManager}`,
      ...delegationFlags(layout, 'controller-manager'),
      `--cluster-cidr=${POD_SUBNET}`,
      '--allocate-node-cidrs=false',
      '--leader-elect=false',
      '--use-service-account-credentials=true',
      `--root-ca-file=${authority.certificate}`,
      `--cluster-signing-cert-file=${authority.certificate}`,
      `--cluster-signing-key-file=${authority.key}`,
      `--service-account-private-key-file=${certificateFiles(layout, 'tokens').key}`,
    ],
  };
}

export function scheduler(layout: Layout, binaries: string): Daemon {
  return {
    name: 'kube-scheduler',
    argv: [
      `${binaries}/kube-scheduler`,
      '--bind-address=127.0.0.1',
      `--secure-port=${PORTS.scheduler}`,
      ...delegationFlags(layout, 'scheduler'),
      '--leader-elect=false',
    ],
  };
}

function tlsFlags(layout: Layout, name: string): string[] {
  const files = certificateFiles(layout, name);
  return [
    `--client-ca-file=${certificateFiles(layout, 'authority').certificate}`,
    `--tls-cert-file=${files.certificate}`,
    `--tls-private-key-file=${files.key}`,
  ];
}

function etcdFlags(layout: Layout): string[] {
  const files = certificateFiles(layout, 'etcd');
  return [
    `--etcd-servers=https://127.0.0.1:${PORTS.etcdClient}`,
    `--etcd-cafile=${certificateFiles(layout, 'authority').certificate}`,
    `--etcd-certfile=${files.certificate}`,
    `--etcd-keyfile=${files.key}`,
  ];
}

/** Without the address type, `kubectl logs` and `exec` look for the node's name in DNS. */
function kubeletFlags(layout: Layout): string[] {
  const files = certificateFiles(layout, 'api-server-to-kubelet');
  return [
    '--kubelet-preferred-address-types=InternalIP',
    `--kubelet-certificate-authority=${certificateFiles(layout, 'authority').certificate}`,
    `--kubelet-client-certificate=${files.certificate}`,
    `--kubelet-client-key=${files.key}`,
  ];
}

function tokenFlags(layout: Layout): string[] {
  const files = certificateFiles(layout, 'tokens');
  return [
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.certificate}`,
    `--service-account-signing-key-file=${files.key}`,
  ];
}

function aggregationFlags(layout: Layout): string[] {
  const files = certificateFiles(layout, 'front-proxy');
  return [
    '--enable-aggregator-routing=true',
    `--requestheader-client-ca-file=${certificateFiles(layout, 'front-proxy-authority').certificate}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${files.certificate}`,
    `--proxy-client-key-file=${files.key}`,
  ];
}

/** A component that serves TLS itself and lets the API server decide who may ask it. */
function delegationFlags(layout: Layout, name: string): string[] {
  const kubeconfig = kubeconfigOf(layout, name);
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    ...tlsFlags(layout, name),
  ];
}
