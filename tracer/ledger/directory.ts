/** Which slot a pod gets, and which slots nobody will come back for. Decisions over the directory; no I/O. */
import type { SlotEntry } from './layout.ts';

export type SlotChoice =
  | { readonly kind: 'resume'; readonly index: number; readonly entry: SlotEntry }
  | { readonly kind: 'free'; readonly index: number }
  | { readonly kind: 'full' };

/** The pod's own slot, or the free one that has been left longest. */
export function chooseSlot(entries: readonly SlotEntry[], podUid: string): SlotChoice {
  const index = entries.findIndex((entry) => entry.inUse && entry.podUid === podUid);
  const own = entries[index];
  if (own) return { kind: 'resume', index, entry: own };
  let best = -1;
  entries.forEach((entry, index) => {
    if (entry.inUse) return;
    const other = entries[best];
    if (other === undefined || entry.slotGeneration < other.slotGeneration) best = index;
  });
  return best < 0 ? { kind: 'full' } : { kind: 'free', index: best };
}

/** An orphan's tracer may still be on its way: the flush waits for a successor on a busy node. */
export const ORPHAN_GRACE_NS = 3_600_000_000_000n;

export type Sweep =
  | { readonly kind: 'mark'; readonly index: number; readonly goneSinceNs: bigint }
  | { readonly kind: 'remove'; readonly index: number };

export interface OrphanFacts {
  readonly isGone: (cgroupId: bigint) => boolean;
  /** Whether a tracer lives that holds the slot. */
  readonly isHeld: (index: number) => boolean;
  readonly nowNs: bigint;
}

/**
 * What a joiner does about slots of other pods. One is removed only when no tracer lives that holds it and all its cgroups are gone, and
 * that has been found twice, an hour apart: until then a successor may still come to read it.
 */
export function planSweep(
  entries: readonly SlotEntry[],
  ownUid: string,
  { isGone, isHeld, nowNs }: OrphanFacts,
): Sweep[] {
  return entries.flatMap((entry, index): Sweep[] => {
    if (!entry.inUse || entry.podUid === ownUid) return [];
    if (isHeld(index) || !entry.cgroupIds.every(isGone)) {
      return entry.goneSinceNs === 0n ? [] : [{ kind: 'mark', index, goneSinceNs: 0n }];
    }
    if (entry.goneSinceNs === 0n) return [{ kind: 'mark', index, goneSinceNs: nowNs }];
    return nowNs - entry.goneSinceNs >= ORPHAN_GRACE_NS ? [{ kind: 'remove', index }] : [];
  });
}
