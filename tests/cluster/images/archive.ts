import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheDirectory } from '../cache-directory.ts';
import { runCommand } from '../run-command.ts';
import { buildah } from './buildah.ts';

/** An image as a file: an OCI archive that holds it under its reference. */
export interface ImageArchive {
  /** `name:tag`; the tag is the hash of what the image is made from. */
  readonly reference: string;
  readonly file: string;
}

/** Archives of one image that are kept: the newest ones. */
const KEPT = 3;

/** Whether an image needn't be built. */
export function isCached(reference: string): boolean {
  return existsSync(archiveOf(reference).file);
}

/** Gives the archive of `reference`, calling `build` to bring the image into buildah's storage when there is none. */
export async function cachedArchive(
  reference: string,
  build: () => Promise<void>,
  signal?: AbortSignal,
): Promise<ImageArchive> {
  const archive = archiveOf(reference);
  if (existsSync(archive.file)) return archive;
  mkdirSync(join(archive.file, '..'), { recursive: true });
  await build();
  const partial = `${archive.file}.${process.pid}`;
  try {
    const push = buildah('push', '--quiet', reference, `oci-archive:${partial}:${reference}`);
    await runCommand(push, { signal });
    renameSync(partial, archive.file);
  } finally {
    rmSync(partial, { force: true });
  }
  removeOld(archive);
  return archive;
}

/** Where the archive of an image is, or would be. */
export function archiveOf(reference: string): ImageArchive {
  const [name = '', tag = ''] = reference.split(':');
  const directory = join(cacheDirectory(), 'images', name.replaceAll('/', '_'));
  return { reference, file: join(directory, `${tag}.tar`) };
}

function removeOld({ file }: ImageArchive): void {
  const directory = join(file, '..');
  const archives = readdirSync(directory)
    .filter((name) => name.endsWith('.tar') && name !== basename(file))
    .map((name) => join(directory, name));
  const newestFirst = archives.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of newestFirst.slice(KEPT - 1)) rmSync(old, { force: true });
}
