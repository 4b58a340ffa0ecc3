import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../cache-directory.ts';
import { runCommand } from '../run-command.ts';
import { buildah } from './buildah.ts';

/** An image as a file: an OCI archive that holds it under its reference. */
export interface ImageArchive {
  /** `name:tag`; the tag is the hash of what the image is made from. */
  readonly reference: string;
  readonly file: string;
}

/** Where the archive of an image is kept. */
export function archiveOf(reference: string): ImageArchive {
  const directory = join(cacheDirectory(), 'images');
  mkdirSync(directory, { recursive: true });
  return { reference, file: join(directory, `${reference.replaceAll(/[^\w.-]/g, '_')}.tar`) };
}

/** Gives the archive of `reference`, calling `build` to bring the image into buildah's storage when there is none. */
export async function cachedArchive(
  reference: string,
  build: () => Promise<void>,
  signal?: AbortSignal,
): Promise<ImageArchive> {
  const archive = archiveOf(reference);
  if (existsSync(archive.file)) return archive;
  await build();
  const partial = `${archive.file}.${process.pid}`;
  await runCommand(buildah('push', '--quiet', reference, `oci-archive:${partial}:${reference}`), {
    ...(signal && { signal }),
  });
  renameSync(partial, archive.file);
  return archive;
}
