/** `flak-files` beside Flak, on a volume of this machine: the cluster has no storage class. */
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import { FILES, FLAK_NAMESPACE } from '../../webhook/names.ts';
import type { FlakCluster } from './flak-cluster.ts';

const WEBHOOK = 'ghcr.io/flak-dev/flak-webhook';
/** Of the Deployment's pod. */
const USER = 65_532;

/** Installs it as docs/files.md says and waits until it is ready. */
export async function installStore({ kubectl, images }: FlakCluster): Promise<AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'flak-claim-'));
  chownSync(folder, USER, USER);
  const overlay = mkdtempSync(join(tmpdir(), 'flak-overlay-'));
  const from = relative(overlay, resolve('manifests/overlays/files'));
  writeFileSync(join(overlay, 'kustomization.yaml'), overlayOf(from, images[WEBHOOK] ?? ''));
  await kubectl.run(['apply', '-f', '-'], JSON.stringify(volume(folder)));
  await kubectl.run(['apply', '-k', overlay]);
  await kubectl.run(['rollout', 'status', '-n', FLAK_NAMESPACE, `deployment/${FILES.name}`, '--timeout=360s']);
  return {
    [Symbol.asyncDispose]: async () => {
      await kubectl.run(['delete', '-k', overlay, '--timeout=180s']);
      await kubectl.run(['delete', 'pv', FILES.name, '--timeout=180s']);
      for (const made of [folder, overlay]) rmSync(made, { recursive: true, force: true });
    },
  };
}

function overlayOf(resource: string, reference: string): string {
  const colon = reference.lastIndexOf(':');
  return stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [resource],
    images: [{ name: WEBHOOK, newName: reference.slice(0, colon), newTag: reference.slice(colon + 1) }],
  });
}

function volume(path: string): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: FILES.name },
    spec: {
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { namespace: FLAK_NAMESPACE, name: FILES.name },
      hostPath: { path },
    },
  };
}
