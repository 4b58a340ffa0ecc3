/** One tracer of the node at a time may join or leave. */
import { closeSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kernel } from './kernel.ts';

const RETRY_MS = 10;
/** A join takes tens of ms; a node that starts a hundred traced pods at once has them wait in line. */
const PATIENCE_MS = 30_000;

/** False where the file was removed while waiting for it: another tracer may hold the lock of its replacement. */
function isStill(descriptor: number, path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(descriptor).ino;
}

/**
 * Runs `work` while holding the lock file, which may be removed at any time by its holder. The kernel drops the lock when the holder dies.
 * @throws after 30 s without getting it
 */
export async function withLock<T>(
  lockFile: string,
  kernel: Pick<Kernel, 'tryLock'>,
  work: () => T | Promise<T>,
): Promise<T> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += RETRY_MS) {
    mkdirSync(dirname(lockFile), { recursive: true });
    const descriptor = openSync(lockFile, 'a', 0o600);
    try {
      if (kernel.tryLock(descriptor) && isStill(descriptor, lockFile)) return await work();
    } finally {
      closeSync(descriptor);
    }
    await sleep(RETRY_MS);
  }
  throw new Error(`${lockFile} was held by another tracer for ${PATIENCE_MS} ms`);
}
