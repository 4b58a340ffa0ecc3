/** Installing Flak as users do, with images of this checkout: an overlay in a temporary folder, apply, wait. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { FLAK_NAMESPACE, OBJECTS } from '../../webhook/names.ts';
import { imagesOverlay, type PlacedImage } from '../cluster/images/overlay.ts';
import type { Kubectl } from './kubectl.ts';

/** Names of the images that the manifests refer to. */
const PROJECT_IMAGES = ['flak-webhook', 'flak-gate', 'flak-tracer'].map((name) => `ghcr.io/flak-dev/${name}`);

/** From `apply` to both replicas ready: pulls aren't in it, the images are on the node. */
const TIMEOUT = '--timeout=180s';
const DEPLOYMENT = `deployment/${OBJECTS.deployment}`;

/** The references of the project's own images. */
function placedImages(images: Readonly<Record<string, string>>): PlacedImage[] {
  return PROJECT_IMAGES.map((name) => {
    const reference = images[name];
    if (reference === undefined) throw new Error(`no reference was built for ${name}`);
    return { name, reference };
  });
}

/** Calls `use` with the folder of such an overlay, which is gone afterwards. */
export async function withOverlay<T>(
  images: Readonly<Record<string, string>>,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'flak-overlay-'));
  try {
    const manifests = relative(directory, resolve('manifests'));
    writeFileSync(join(directory, 'kustomization.yaml'), imagesOverlay(manifests, placedImages(images)));
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * `kubectl apply -k` and `kubectl wait`: the whole install. When it returns, the first labelled pod is traced. Where an
 * older Flak was there, its replicas are awaited to be replaced first: a Deployment stays Available while it rolls.
 */
export async function installFlak(kubectl: Kubectl, images: Readonly<Record<string, string>>): Promise<void> {
  await withOverlay(images, (directory) => kubectl.run(['apply', '-k', directory]));
  await waitForRollout(kubectl);
  await waitForFlak(kubectl);
}

/** The README's two commands and nothing else, for a cluster without Flak. */
export async function installAnew(kubectl: Kubectl, images: Readonly<Record<string, string>>): Promise<void> {
  await withOverlay(images, (directory) => kubectl.run(['apply', '-k', directory]));
  await waitForFlak(kubectl);
}

async function waitForFlak(kubectl: Kubectl): Promise<void> {
  const wait = ['wait', '--namespace', FLAK_NAMESPACE, '--for=condition=Available', DEPLOYMENT];
  await kubectl.run([...wait, TIMEOUT]);
}

/** Waits until every replica is of the version that was applied last. */
export async function waitForRollout(kubectl: Kubectl): Promise<void> {
  await kubectl.run(['rollout', 'status', '-n', FLAK_NAMESPACE, DEPLOYMENT, TIMEOUT]);
}

/** `kubectl delete -k`, which takes profiles and traces with it. */
export async function removeFlak(kubectl: Kubectl, images: Readonly<Record<string, string>>): Promise<void> {
  await withOverlay(images, (directory) =>
    kubectl.run(['delete', '-k', directory, '--ignore-not-found', '--timeout=360s']),
  );
}
