import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where things that are slow to make survive the cluster and the checkout. */
export function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'flak');
}
