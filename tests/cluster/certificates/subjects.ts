import { API_SERVICE_ADDRESS, FIRST_NODE, SECOND_NODE, type NodeIdentity } from '../addresses.ts';
import type { Subject } from './issue.ts';

/** Groups that Kubernetes' own roles are bound to (docs: "Certificate Management with kubeadm", "Using RBAC"). */
const ADMINISTRATORS = 'system:masters';
const NODES = 'system:nodes';

function nodeSubject(node: NodeIdentity): Subject {
  return {
    commonName: `system:node:${node.name}`,
    organization: NODES,
    dnsNames: [node.name],
    addresses: [node.address],
  };
}

/** Who gets a certificate of the cluster's authority; the key is the files' name. */
export const SUBJECTS = {
  etcd: { commonName: 'etcd', dnsNames: ['localhost'], addresses: ['127.0.0.1'] },
  'api-server': {
    commonName: 'kube-apiserver',
    dnsNames: ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'],
    addresses: [FIRST_NODE.address, API_SERVICE_ADDRESS, '127.0.0.1'],
  },
  'api-server-to-kubelet': { commonName: 'kube-apiserver-kubelet-client', organization: ADMINISTRATORS },
  admin: { commonName: 'flak-cluster-admin', organization: ADMINISTRATORS },
  'controller-manager': {
    commonName: 'system:kube-controller-manager',
    dnsNames: ['localhost'],
    addresses: ['127.0.0.1'],
  },
  scheduler: { commonName: 'system:kube-scheduler', dnsNames: ['localhost'], addresses: ['127.0.0.1'] },
  proxy: { commonName: 'system:kube-proxy' },
  [FIRST_NODE.name]: nodeSubject(FIRST_NODE),
  [SECOND_NODE.name]: nodeSubject(SECOND_NODE),
} satisfies Record<string, Subject>;

/** Subjects that speak to the API server and so need a kubeconfig. */
export const API_CLIENTS = [
  'admin',
  'controller-manager',
  'scheduler',
  'proxy',
  FIRST_NODE.name,
  SECOND_NODE.name,
] as const;
