/** What is begun for a command line that will record, while the rest of Flak is still being loaded. */
import { loadBpf } from '../ledger/libbpf.ts';
import { readNodeFacts } from '../ledger/node.ts';
import { arePinned } from '../ledger/pin-places.ts';
import type { Preload } from '../ledger/preload.ts';
import { preloadWith } from '../ledger/preload.ts';
import { refuseNode } from '../ledger/refusal.ts';
import { findPlaces, missingParts } from './places.ts';

/** Undefined where it can't be, or need not: why is said by who records. */
export function preloadLedger(): Preload | undefined {
  const ledger = findPlaces()?.ledger;
  if (process.geteuid?.() !== 0 || ledger === undefined || missingParts().length > 0) return undefined;
  if (refuseNode(readNodeFacts(ledger.cgroupRoot)) || arePinned(ledger.pinRoot)) return undefined;
  try {
    return preloadWith(loadBpf(), ledger.objectFile);
  } catch {
    return undefined;
  }
}
