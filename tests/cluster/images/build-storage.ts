import { join } from 'node:path';
import { cacheDirectory } from '../cache-directory.ts';
import { withLock } from '../daemons/lock.ts';
import { unmountBelow } from '../machine/mounts.ts';
import type { Progress } from '../progress.ts';
import { runCommand, tryCommand } from '../run-command.ts';
import { buildah } from './buildah.ts';

/** Images and layers in buildah's storage above which those without a name go. */
const MAX_IMAGES = 120;

/**
 * Runs `work` as the only user of buildah's storage, and leaves no working container and no mount behind: buildah
 * does when a step fails or it is interrupted. Layers that nothing is named after are removed once there are many.
 */
export async function withBuildStorage<T>(
  progress: Progress,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const onWait = (): void => {
    progress.note('Another build is under way; waiting for it.');
  };
  return withLock(join(cacheDirectory(), 'buildah.lock'), { signal, onWait }, async () => {
    try {
      return await work();
    } finally {
      await tryCommand(buildah('rm', '--all'));
      await unmountBelow(join(cacheDirectory(), 'buildah'));
      const images = (await runCommand(buildah('images', '--all', '--quiet'))).split('\n').length;
      if (images > MAX_IMAGES) await tryCommand(buildah('rmi', '--prune'));
    }
  });
}
