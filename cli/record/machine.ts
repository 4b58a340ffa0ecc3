/** Whether local mode can begin here at all. What only the kernel can say is said when the ledger is joined. */
import type { LocalPlaces } from '../../tracer/local/places.ts';
import { findPlaces, missingParts } from '../../tracer/local/places.ts';
import type { Result } from '../ending.ts';
import { ok } from '../ending.ts';
import { missing, NEEDS_ROOT, NO_CGROUP2 } from './describe-failure.ts';

export function findMachine(): Result<LocalPlaces> {
  if (process.geteuid?.() !== 0) return NEEDS_ROOT;
  const parts = missingParts();
  if (parts.length > 0) return missing(parts);
  const places = findPlaces();
  return places ? ok(places) : NO_CGROUP2;
}
