import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import { runCommand, tryCommand } from '../run-command.ts';
import type { ImageArchive } from './archive.ts';
import { withBuildStorage } from './build-storage.ts';
import { buildah } from './buildah.ts';
import { imagesOverlay, type PlacedImage } from './overlay.ts';

const OVERLAY = join(import.meta.dirname, '..', '..', '..', 'manifests', 'overlays', 'pushed');

/**
 * Pushes images to a registry, under the last part of their names. Credentials are those of `buildah login` or
 * `docker login`.
 * @param registry host, optional port, optional path: `registry.example.com/team`
 * @returns where each image is now, by digest
 */
export async function pushArchives(
  registry: string,
  archives: readonly ImageArchive[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<PlacedImage[]> {
  const placed: PlacedImage[] = [];
  for (const archive of archives) {
    const name = archive.reference.split(':')[0] ?? '';
    const target = `${registry.replace(/\/+$/, '')}/${name.split('/').at(-1) ?? name}`;
    const digest = await progress.step(`Push ${target}`, () =>
      withBuildStorage(progress, signal, () => push(archive, target, signal)),
    );
    placed.push({ name, reference: `${target}@${digest}` });
  }
  return placed;
}

/** Writes the overlay that installs pushed images; gives its directory. */
export function writePushedOverlay(placed: readonly PlacedImage[]): string {
  mkdirSync(OVERLAY, { recursive: true });
  writeFileSync(join(OVERLAY, 'kustomization.yaml'), imagesOverlay('../..', placed));
  return OVERLAY;
}

async function push({ reference, file }: ImageArchive, target: string, signal?: AbortSignal): Promise<string> {
  const options = { signal };
  const directory = mkdtempSync(join(tmpdir(), 'flak-push-'));
  try {
    const isBuilt = (await tryCommand(buildah('inspect', '--type=image', reference), options)) !== undefined;
    const image = isBuilt ? reference : await runCommand(buildah('pull', '--quiet', `oci-archive:${file}`), options);
    const digestFile = join(directory, 'digest');
    const tag = reference.slice(reference.lastIndexOf(':'));
    await runCommand(
      buildah('push', ...tlsFlags(target), '--digestfile', digestFile, image, `docker://${target}${tag}`),
      options,
    );
    return readFileSync(digestFile, 'utf8').trim();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A registry on this very machine may speak plain HTTP, as Docker's clients have it. */
function tlsFlags(target: string): string[] {
  return /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?\//.test(target) ? ['--tls-verify=false'] : [];
}
