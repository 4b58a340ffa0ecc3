import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cacheDirectory } from '../cache-directory.ts';
import { IMAGE_PACKAGES, installPackages } from '../machine/debian-packages.ts';
import type { Progress } from '../progress.ts';
import { runCommand } from '../run-command.ts';
import { cachedArchive, isCached, type ImageArchive } from './archive.ts';
import { buildah } from './buildah.ts';
import { contentHash } from './content-hash.ts';
import { dockerfileInputs } from './dockerfile.ts';
import { hostConfiguration, type HostConfiguration } from './host-configuration.ts';
import { withBuildStorage } from './build-storage.ts';
import { isDockerHubReachable } from './registry.ts';
import type { ImageSource } from './sources.ts';
import { standIn, standInKey } from './stand-ins.ts';

/** An image to build: its reference and what it is built on. */
interface Plan {
  readonly source: ImageSource;
  readonly reference: string;
  readonly bases: readonly string[];
}

/**
 * Builds images from their Dockerfiles and gives their archives, in the order of `sources`. Those whose inputs (the
 * Dockerfile, what it copies, its bases) are unchanged come from the cache.
 */
export async function buildArchives(
  sources: readonly ImageSource[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<ImageArchive[]> {
  await installPackages(IMAGE_PACKAGES, progress, signal);
  const canPull = await isDockerHubReachable();
  const plans = sources.map((source) => plan(source, canPull));
  if (!canPull && plans.some(({ reference }) => !isCached(reference))) {
    progress.note("Docker Hub can't be reached: base images are made from Debian and npm packages instead.");
  }
  return withBuildStorage(progress, signal, async () => {
    const host = await hostConfiguration(join(cacheDirectory(), 'host-configuration'));
    const archives: ImageArchive[] = [];
    for (const each of plans) archives.push(await build(each, host, canPull, progress, signal));
    return archives;
  });
}

function plan(source: ImageSource, canPull: boolean): Plan {
  const dockerfile = readFileSync(source.dockerfile, 'utf8');
  const { copied, bases } = dockerfileInputs(dockerfile, source.target);
  const made = bases.map((base) => (canPull ? `pulled ${base}` : `stand-in ${base} ${standInKey(base)}`));
  const hash = contentHash(source.context, [relative(source.context, source.dockerfile), ...copied], made);
  return { source, reference: `${source.name}:${hash}`, bases };
}

async function build(
  { source, reference, bases }: Plan,
  host: HostConfiguration,
  canPull: boolean,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ImageArchive> {
  if (isCached(reference)) return cachedArchive(reference, () => Promise.resolve(), signal);
  return progress.step(`Image ${reference}`, async (detail) => {
    const options = { title: `buildah bud ${reference}`, onLine: detail, signal };
    if (!canPull) for (const base of bases) await standIn(base, host, options);
    const flags = ['--isolation=chroot', '--layers', '--force-rm', canPull ? '--pull-always' : '--pull-never'];
    const target = source.target === undefined ? [] : [`--target=${source.target}`];
    const what = [`--tag=${reference}`, `--file=${source.dockerfile}`, ...target, source.context];
    return cachedArchive(
      reference,
      async () => {
        await runCommand(buildah('bud', ...flags, ...host.volumes, ...what), options);
      },
      signal,
    );
  });
}
