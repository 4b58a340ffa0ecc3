/** Tells the ledger which containers have become ready: what they call from then on is `serving`. */
import { containerIdOf } from '../containers/container-id.ts';
import type { ContainerReading, Slot } from '../ledger/ledger.ts';

export interface Serving {
  /**
   * To be called again and again: a container that the ledger has not met yet is marked when it has.
   * @param read asked only when somebody is to be marked
   */
  mark(ready: readonly string[], read: () => readonly ContainerReading[]): Promise<void>;
}

/** @param onTrouble told why somebody could not be marked: their calls stay `startup`, in the same profile */
export function createServing(slot: Pick<Slot, 'markServing'>, onTrouble: (error: unknown) => void): Serving {
  let marked: ReadonlySet<string> = new Set();
  let troubled = false;

  async function tell(cgroupIds: readonly bigint[]): Promise<void> {
    try {
      await slot.markServing(cgroupIds);
    } catch (error) {
      // The slot has no room for more of them. Said once: it would be said at every turn.
      if (!troubled) onTrouble(error);
      troubled = true;
    }
  }

  return {
    mark: async (ready, read) => {
      const missing = new Set(ready.filter((id) => !marked.has(id)));
      if (missing.size === 0) return;
      const met = read().filter(({ name, isPod }) => !isPod && missing.has(containerIdOf(name) ?? ''));
      if (met.length > 0) await tell(met.map(({ cgroupId }) => cgroupId));
      const known = new Set([...marked, ...met.map(({ name }) => containerIdOf(name))]);
      // Only of those that are ready, which bounds it; marking one again changes nothing.
      marked = new Set(ready.filter((id) => known.has(id)));
    },
  };
}
