import { join } from 'node:path';
import type { NodeIdentity } from './addresses.ts';

/**
 * Where everything of the cluster lives. Two roots: the state directory (big, may be anywhere) and a short one below
 * /run for sockets, whose paths the kernel limits to 107 bytes (unix(7)), and for the runtimes' mounts.
 */
export interface Layout {
  readonly state: string;
  readonly certificates: string;
  readonly kubeconfigs: string;
  readonly configuration: string;
  readonly logs: string;
  readonly etcd: string;
  /** The administrator's kubeconfig, which users are told about. */
  readonly kubeconfig: string;
  readonly run: string;
  /** Identities of the processes that were started, one file each. */
  readonly daemons: string;
  /** What the machine was like before the cluster, as JSON. */
  readonly before: string;
}

/** Directories of one node. */
export interface NodeLayout {
  readonly run: string;
  readonly containerdSocket: string;
  /** Bundles are at `<containerdState>/io.containerd.runtime.v2.task/k8s.io/<container id>`. */
  readonly containerdState: string;
  readonly containerdRoot: string;
  readonly runcRoot: string;
  readonly cniConfiguration: string;
  readonly cniAddresses: string;
  readonly kubeletRoot: string;
  /** Localhost seccomp profiles of pods are looked up here. */
  readonly seccompProfiles: string;
  readonly staticPods: string;
  readonly podLogs: string;
  readonly configuration: string;
}

const RUN = '/run/flak-cluster';
/** Held while the cluster is started or stopped. */
export const LOCK = `${RUN}.lock`;
export const DEFAULT_STATE = '/var/lib/flak-cluster';

export function layoutOf(state: string): Layout {
  return {
    state,
    certificates: join(state, 'certificates'),
    kubeconfigs: join(state, 'kubeconfigs'),
    configuration: join(state, 'configuration'),
    logs: join(state, 'logs'),
    etcd: join(state, 'etcd'),
    kubeconfig: join(state, 'kubeconfig'),
    run: RUN,
    daemons: join(RUN, 'daemons'),
    before: join(RUN, 'before.json'),
  };
}

export function nodeLayoutOf(state: string, node: NodeIdentity): NodeLayout {
  const run = node.ordinal === 1 ? RUN : `${RUN}-${node.ordinal}`;
  const root = join(state, node.name);
  return {
    run,
    containerdSocket: join(run, 'containerd.sock'),
    containerdState: join(run, 'containerd'),
    containerdRoot: join(root, 'containerd'),
    runcRoot: join(run, 'runc'),
    cniConfiguration: join(root, 'cni'),
    cniAddresses: join(root, 'cni-addresses'),
    kubeletRoot: join(root, 'kubelet'),
    seccompProfiles: join(root, 'kubelet', 'seccomp'),
    staticPods: join(root, 'static-pods'),
    // A kubelet removes log directories of pods it doesn't know, so the second one gets its own.
    podLogs: node.ordinal === 1 ? '/var/log/pods' : `/var/log/flak-cluster-${node.ordinal}/pods`,
    configuration: join(root, 'configuration'),
  };
}
