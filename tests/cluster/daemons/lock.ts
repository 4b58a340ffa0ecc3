import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseIdentity } from './parse-identity.ts';
import { identify, isRunning } from './processes.ts';

const POLL_MS = 200;

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once when somebody else has the lock. */
  readonly onWait: () => void;
}

/** Runs `work` while no other process runs its own under the same lock; waits for as long as that takes. */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  for (let tries = 0; !tryLock(file); tries += 1) {
    options.signal?.throwIfAborted();
    if (tries === 1) options.onWait();
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify(identify(process.pid)), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const holder = readHolder(file);
  if (holder === undefined || isRunning(holder)) return false;
  rmSync(file, { force: true }); // its holder was killed
  return false;
}

function readHolder(file: string): ReturnType<typeof parseIdentity> {
  try {
    return parseIdentity(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // just being written, or just been removed: ask again
  }
}
