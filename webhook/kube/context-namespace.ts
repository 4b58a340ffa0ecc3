/** Which namespace a kubeconfig means when none is named. */
import { KubeConfig } from '@kubernetes/client-node';

/** The context's namespace, `default` where it names none. Throws when the file can't be read, as `createKubeApi` does. */
export function contextNamespace(path: string, context?: string): string {
  const config = new KubeConfig();
  config.loadFromFile(path);
  return config.getContextObject(context ?? config.getCurrentContext())?.namespace ?? 'default';
}
