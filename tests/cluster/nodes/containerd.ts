import { join } from 'node:path';
import type { Daemon } from '../daemons/daemon.ts';
import type { NodeIdentity } from '../addresses.ts';
import type { NodeLayout } from '../layout.ts';

/** Where Debian's containernetworking-plugins are. */
const CNI_PLUGINS = '/usr/lib/cni';

/** Plugins without use here; some of them would write outside the node's directories or warn at every start. */
const DISABLED = [
  'io.containerd.snapshotter.v1.aufs',
  'io.containerd.snapshotter.v1.btrfs',
  'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.snapshotter.v1.zfs',
  'io.containerd.tracing.processor.v1.otlp',
  'io.containerd.internal.v1.tracing',
];

/**
 * containerd 1.6's configuration (version 2 of its format).
 * `restrict_oom_score_adj`: the machine may not let us lower a score below our own.
 * Network namespaces go below the state directory, so that nothing appears in `/run/netns`.
 */
export function containerdConfiguration(layout: NodeLayout, sandboxImage: string): string {
  const text = (value: string): string => JSON.stringify(value); // TOML's basic strings are JSON's
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = ${text(layout.containerdRoot)}
state = ${text(layout.containerdState)}
disabled_plugins = [${DISABLED.map(text).join(', ')}]

[grpc]
address = ${text(layout.containerdSocket)}

[plugins."io.containerd.internal.v1.opt"]
path = ${text(join(layout.containerdRoot, 'opt'))}

[${cri}]
sandbox_image = ${text(sandboxImage)}
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true

[${cri}.cni]
bin_dir = ${text(CNI_PLUGINS)}
conf_dir = ${text(layout.cniConfiguration)}

[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
Root = ${text(layout.runcRoot)}
`;
}

/** A bridge whose traffic stays on the machine: no masquerading, so pods reach nothing outside. */
export function cniConfiguration(node: NodeIdentity, layout: NodeLayout): string {
  return JSON.stringify({
    cniVersion: '0.4.0',
    name: cniNetworkName(node),
    plugins: [
      {
        type: 'bridge',
        bridge: node.bridge,
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: layout.cniAddresses,
          ranges: [[{ subnet: node.podSubnet }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  });
}

export function cniNetworkName(node: NodeIdentity): string {
  return `flak-cluster-${node.ordinal}`;
}

export function containerd(node: NodeIdentity, layout: NodeLayout): Daemon {
  return {
    name: `containerd-${node.ordinal}`,
    argv: ['containerd', '--config', join(layout.configuration, 'containerd.toml'), '--log-level', 'info'],
  };
}
