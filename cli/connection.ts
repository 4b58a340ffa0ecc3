/** From a command's options to the cluster it is about. */
import { contextNamespace } from '../webhook/kube/context-namespace.ts';
import type { Cluster } from './cluster.ts';
import { connectCluster } from './cluster.ts';
import type { Result } from './ending.ts';
import { environment, ok } from './ending.ts';

export interface ConnectionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** With `-n`. */
export interface PlaceOptions extends ConnectionOptions {
  readonly namespace?: string;
}

export interface Connection {
  readonly cluster: Cluster;
  /** Where a command looks when it isn't told a namespace. */
  readonly namespace: string;
}

export type Connect = (options: ConnectionOptions) => Result<Connection>;

export type FindKubeconfig = (options: ConnectionOptions) => Result<string>;

/** The first of: the option, the first file of KUBECONFIG, `~/.kube/config`, that exists. */
export function findKubeconfigBy(
  environmentVariables: Readonly<Record<string, string | undefined>>,
  home: string,
  exists: (path: string) => boolean,
): FindKubeconfig {
  return ({ kubeconfig }) => {
    const places = environmentVariables['KUBECONFIG']?.split(':') ?? [`${home}/.kube/config`];
    const path = kubeconfig ?? places.find(exists);
    if (path !== undefined && exists(path)) return ok(path);
    return environment(`there is no kubeconfig at ${kubeconfig ?? places.join(', ')}; name one with --kubeconfig.`);
  };
}

export function connectBy(...places: Parameters<typeof findKubeconfigBy>): Connect {
  const findKubeconfig = findKubeconfigBy(...places);
  return ({ kubeconfig, context }) => {
    const path = findKubeconfig(kubeconfig === undefined ? {} : { kubeconfig });
    if (path.kind !== 'ok') return path;
    const cluster = connectCluster(path.value, context);
    if (cluster.kind !== 'ok') return cluster;
    return ok({ cluster: cluster.value, namespace: contextNamespace(path.value, context) });
  };
}

/** The cluster, and the namespace that is named, or else the context's. */
export function connectTo({ namespace, ...options }: PlaceOptions, connect: Connect): Result<Connection> {
  const connection = connect(options);
  return connection.kind === 'ok' && namespace !== undefined ? ok({ ...connection.value, namespace }) : connection;
}
