/** What of the ledger a node has, and where. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bpf } from './libbpf.ts';
import { LEDGER_LAYOUT } from './layout.ts';

export interface PinPlaces {
  readonly whole: string;
  readonly loading: string;
  readonly leaving: string;
}

/** BPF file systems allow no dots in names. */
export function placesUnder(pinRoot: string): PinPlaces {
  const whole = join(pinRoot, `v${LEDGER_LAYOUT}`);
  return { whole, loading: `${whole}-loading`, leaving: `${whole}-leaving` };
}

/** Whether programs of this layout are loaded. */
export function arePinned(pinRoot: string): boolean {
  return existsSync(placesUnder(pinRoot).whole);
}

/** The object itself, or the one beside it that needs no task storage: for Linux before 5.13, tested on 5.10. */
export function objectFor(bpf: Pick<Bpf, 'hasTaskStorage'>, objectFile: string): string {
  return bpf.hasTaskStorage() ? objectFile : objectFile.replace(/\.bpf\.o$/, '-5.10.bpf.o');
}
