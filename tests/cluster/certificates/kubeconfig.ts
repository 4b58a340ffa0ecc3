import { stringify } from 'yaml';
import type { Certificate } from './issue.ts';

/** A kubeconfig with everything inside, so that it can be copied anywhere on the machine. */
export function kubeconfig(server: string, authority: string, user: string, client: Certificate): string {
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  const name = 'flak-cluster';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) },
      },
    ],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
  });
}
