/**
 * Every address and port of the test cluster, in one place: RFC 2544's benchmark range, which is routed nowhere, and
 * ports away from those of a Kubernetes that may be on the machine already. Nothing listens on other addresses.
 */
export const SERVICE_SUBNET = '198.19.0.0/17';
export const API_SERVICE_ADDRESS = '198.19.0.1';
/** Handed to pods in resolv.conf; the cluster runs no DNS. */
export const DNS_ADDRESS = '198.19.0.10';
export const POD_SUBNET = '198.18.0.0/16';

export const PORTS = {
  apiServer: 16443,
  etcdClient: 16379,
  etcdPeer: 16380,
  controllerManager: 16257,
  scheduler: 16259,
  proxyMetrics: 16249,
  proxyHealth: 16256,
} as const;

/** What tells the two possible nodes of the cluster apart. */
export interface NodeIdentity {
  readonly name: string;
  readonly ordinal: 1 | 2;
  /** On `lo`: kernels without the `dummy` module have no better place. */
  readonly address: string;
  readonly podSubnet: string;
  readonly bridge: string;
  readonly kubeletPort: number;
  readonly kubeletHealthPort: number;
  /** The second kubelet needs a tree of its own: each removes pod cgroups it doesn't know. */
  readonly cgroupRoot: '/' | '/node2';
}

export const FIRST_NODE: NodeIdentity = {
  name: 'flak-1',
  ordinal: 1,
  address: '198.19.255.1',
  podSubnet: '198.18.0.0/24',
  bridge: 'cni0',
  kubeletPort: 16250,
  kubeletHealthPort: 16248,
  cgroupRoot: '/',
};

export const SECOND_NODE: NodeIdentity = {
  name: 'flak-2',
  ordinal: 2,
  address: '198.19.255.2',
  podSubnet: '198.18.1.0/24',
  bridge: 'cni1',
  kubeletPort: 16350,
  kubeletHealthPort: 16348,
  cgroupRoot: '/node2',
};

export const API_SERVER_URL = `https://${FIRST_NODE.address}:${PORTS.apiServer}`;
