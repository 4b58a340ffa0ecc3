import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../run-command.ts';
import { cachedArchive, type ImageArchive } from './archive.ts';
import { buildah } from './buildah.ts';
import { contentHash } from './content-hash.ts';

const SOURCE = join(import.meta.dirname, 'pause');

/** The image of every pod's sandbox container. Compiled by Go, the one compiler that is there for sure. */
export async function pauseImage(signal?: AbortSignal): Promise<ImageArchive> {
  const reference = `flak.test/pause:${contentHash(SOURCE, ['.'])}`;
  const options = signal === undefined ? {} : { signal };
  return cachedArchive(
    reference,
    async () => {
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
    },
    signal,
  );
}
