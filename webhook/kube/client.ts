/** The API server as the rest of `webhook/kube` sees it: the client's configuration and credentials, plain JSON, one connection pool. */
import { KubeConfig } from '@kubernetes/client-node';
import type { RequestContext, SecurityAuthentication } from '@kubernetes/client-node';
import { createRequest, createStream } from './request.ts';
import type { KubeRequest, KubeStream } from './request.ts';

export interface KubeApi {
  readonly request: KubeRequest;
  readonly stream: KubeStream;
  /** Forgets the connection pool, so that the next request connects anew: for a connection that went silent. */
  readonly reconnect: () => void;
}

export type KubeSource =
  { readonly kind: 'in-cluster' } | { readonly kind: 'kubeconfig'; readonly path: string; readonly context?: string };

/** How long one connection pool, and the cluster CA it was made with, is kept before the CA's file is looked at again. */
const POOL_LIFETIME_MS = 10 * 60_000;

/**
 * KubeConfig makes a new connection pool for every single request (`createDispatcher` in its config.js keeps none), which is a
 * TLS handshake each. This keeps the first one; credentials are still applied per request, as tokens change.
 */
function pooled(config: KubeConfig, now: () => number): SecurityAuthentication & { readonly forget: () => void } {
  let kept: { readonly dispatcher: ReturnType<RequestContext['getDispatcher']>; readonly until: number } | undefined;
  return {
    getName: () => config.getName(),
    forget: () => {
      kept = undefined;
    },
    applySecurityAuthentication: async (context) => {
      await config.applySecurityAuthentication(context);
      if (kept === undefined || kept.until < now()) {
        kept = { dispatcher: context.getDispatcher(), until: now() + POOL_LIFETIME_MS };
      }
      if (kept.dispatcher !== undefined) context.setDispatcher(kept.dispatcher);
    },
  };
}

export function loadConfig(source: KubeSource): KubeConfig {
  const config = new KubeConfig();
  if (source.kind === 'in-cluster') config.loadFromCluster();
  else {
    config.loadFromFile(source.path);
    if (source.context !== undefined) config.setCurrentContext(source.context);
  }
  return config;
}

/**
 * Opens no connection. Throws when the kubeconfig can't be read or names no cluster.
 * @param now milliseconds of any steady clock.
 */
export function createKubeApi(source: KubeSource, now: () => number = () => performance.now()): KubeApi {
  const config = loadConfig(source);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error('the Kubernetes configuration names no current cluster');
  const authentication = pooled(config, now);
  return {
    request: createRequest(cluster.server, authentication),
    stream: createStream(cluster.server, authentication),
    reconnect: authentication.forget,
  };
}
