/**
 * Whether the tracer of a slot lives: for as long as it does it has one byte of the lock file marked, which the kernel takes back when it
 * dies. The file is removed only when no slot is in use.
 */
import { closeSync, openSync } from 'node:fs';
import type { Kernel } from './kernel.ts';
import { LEDGER_LAYOUT, SLOTS } from './layout.ts';

/** Ledgers of several layouts share one lock file. */
function byteOf(index: number): number {
  return LEDGER_LAYOUT * SLOTS + index;
}

/** To be called under the lock. The slot is held until the answer is called, by several tracers if need be. */
export function holdSlotLock(lockFile: string, kernel: Pick<Kernel, 'shareByte'>, index: number): () => void {
  const descriptor = openSync(lockFile, 'a+', 0o600);
  const release = (): void => {
    closeSync(descriptor);
  };
  try {
    kernel.shareByte(descriptor, byteOf(index));
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

/** Asks `use` a question about which slots are held now. */
export function askSlotLocks<T>(
  lockFile: string,
  kernel: Pick<Kernel, 'isByteShared'>,
  use: (isHeld: (index: number) => boolean) => T,
): T {
  const descriptor = openSync(lockFile, 'a+', 0o600);
  try {
    return use((index) => kernel.isByteShared(descriptor, byteOf(index)));
  } finally {
    closeSync(descriptor);
  }
}
