/** Compiled modules are kept from one start to the next: loading them takes a third of the time then. */
import { mkdirSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * Below the user's own home, as the password database has it: whoever can write the cache decides what runs, and under sudo HOME
 * may be another's. Without such a place nothing is kept.
 */
export function useCompileCache(): void {
  try {
    const { homedir, uid } = userInfo();
    const directory = join(homedir, '.cache', 'flak', 'compiled');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { uid: owner, mode } = statSync(directory);
    if (owner === uid && (mode & 0o022) === 0) enableCompileCache(directory);
  } catch {
    // No home, or a read-only one: modules are compiled at every start.
  }
}
