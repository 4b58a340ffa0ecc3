import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../cache-directory.ts';

/** statfs(2)'s f_type of an overlay, which can't be the ground of another overlay. */
const OVERLAY_MAGIC = 0x794c7630;

/** The start of every buildah command: a storage of our own below the cache, away from the machine's. */
export function buildah(...args: readonly string[]): string[] {
  const root = join(cacheDirectory(), 'buildah');
  mkdirSync(root, { recursive: true });
  const driver = statfsSync(root).type === OVERLAY_MAGIC ? 'vfs' : 'overlay';
  return ['buildah', '--root', join(root, driver), '--runroot', join(root, 'run'), '--storage-driver', driver, ...args];
}
