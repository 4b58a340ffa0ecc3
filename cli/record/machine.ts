/** Whether local mode can begin here at all. What only the kernel can say is said when the ledger is joined. */
import { spawnSync } from 'node:child_process';
import type { Preload } from '../../tracer/ledger/preload.ts';
import type { LocalPlaces } from '../../tracer/local/places.ts';
import { BUILD_SCRIPTS, findPlaces, isCheckout, missingParts } from '../../tracer/local/places.ts';
import type { Result } from '../ending.ts';
import { ok } from '../ending.ts';
import { missing, NEEDS_ROOT, NO_CGROUP2 } from './describe-failure.ts';

/** @param preload for the first recording, where it was begun */
export function findMachine(note: (text: string) => void, preload?: Preload): Result<LocalPlaces> {
  if (process.geteuid?.() !== 0) return NEEDS_ROOT;
  if (missingParts().length > 0 && isCheckout()) build(note);
  const parts = missingParts();
  if (parts.length > 0) return missing(parts);
  const places = findPlaces();
  if (!places) return NO_CGROUP2;
  return ok(preload ? { ...places, ledger: { ...places.ledger, preload } } : places);
}

/** What the scripts say goes to stderr; whether they made everything is seen afterwards. */
function build(note: (text: string) => void): void {
  note('flak: building the ledger (npm run ledger)');
  for (const script of BUILD_SCRIPTS) spawnSync('sh', [script], { stdio: ['ignore', process.stderr, process.stderr] });
}
