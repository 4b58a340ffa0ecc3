import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_SERVER_URL } from '../addresses.ts';
import type { Layout } from '../layout.ts';
import { createAuthority, createKeyPair, issue, type Certificate } from './issue.ts';
import { kubeconfig } from './kubeconfig.ts';
import { API_CLIENTS, SUBJECTS } from './subjects.ts';

/** Paths of one certificate and its key. */
export function certificateFiles(layout: Layout, name: string): { readonly certificate: string; readonly key: string } {
  return { certificate: join(layout.certificates, `${name}.crt`), key: join(layout.certificates, `${name}.key`) };
}

export function kubeconfigOf(layout: Layout, client: string): string {
  return client === 'admin' ? layout.kubeconfig : join(layout.kubeconfigs, client);
}

/** Makes the cluster's authorities, certificates, token key and kubeconfigs, unless they are there. */
export async function createCertificates(layout: Layout): Promise<void> {
  const marker = join(layout.certificates, 'complete');
  if (existsSync(marker)) return;
  mkdirSync(layout.certificates, { recursive: true, mode: 0o700 });
  mkdirSync(layout.kubeconfigs, { recursive: true, mode: 0o700 });

  const authority = await createAuthority('flak-cluster');
  write(layout, 'authority', authority);
  for (const [name, subject] of Object.entries(SUBJECTS)) {
    const client = await issue(authority, subject);
    write(layout, name, client);
    if (!isApiClient(name)) continue;
    const text = kubeconfig(API_SERVER_URL, authority.certificate, name, client);
    writeFileSync(kubeconfigOf(layout, name), text, { mode: 0o600 });
  }
  await createAggregationCertificates(layout);
  const tokens = await createKeyPair();
  write(layout, 'tokens', { certificate: tokens.publicKey, key: tokens.key });
  writeFileSync(marker, '');
}

/** The aggregation layer has an authority of its own: its clients may claim to be any user. */
async function createAggregationCertificates(layout: Layout): Promise<void> {
  const authority = await createAuthority('flak-cluster-front-proxy');
  write(layout, 'front-proxy-authority', authority);
  write(layout, 'front-proxy', await issue(authority, { commonName: 'front-proxy-client' }));
}

function isApiClient(name: string): boolean {
  return API_CLIENTS.some((client) => client === name);
}

function write(layout: Layout, name: string, { certificate, key }: Certificate): void {
  const files = certificateFiles(layout, name);
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.key, key, { mode: 0o600 });
}
