import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import { runCommand, type CommandOptions } from '../run-command.ts';
import { archiveOf, cachedArchive, isCached, type ImageArchive } from './archive.ts';
import { withBuildStorage } from './build-storage.ts';
import { buildah } from './buildah.ts';
import { contentHash } from './content-hash.ts';

const SOURCE = join(import.meta.dirname, 'pause');

/** The image of every pod's sandbox container. Compiled by Go, the one compiler that is there for sure. */
export async function pauseImage(progress: Progress, signal?: AbortSignal): Promise<ImageArchive> {
  const reference = `flak.test/pause:${contentHash(SOURCE, ['.'])}`;
  const options = { signal };
  if (isCached(reference)) return archiveOf(reference);
  return withBuildStorage(progress, signal, () => cachedArchive(reference, () => build(reference, options), signal));
}

async function build(reference: string, options: CommandOptions): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), 'flak-pause-'));
  try {
    cpSync(join(SOURCE, 'Dockerfile'), join(context, 'Dockerfile'));
    await runCommand(['go', 'build', '-trimpath', '-ldflags', '-s -w', '-o', join(context, 'pause'), '.'], {
      ...options,
      cwd: SOURCE,
      env: { CGO_ENABLED: '0' },
    });
    await runCommand(buildah('bud', '--isolation', 'chroot', '--tag', reference, context), options);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
