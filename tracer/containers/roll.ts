/** Remembers which container is which: the runtime's record goes when the container goes, the recording stays. */
import type { ContainerDescription } from './find-record.ts';
import type { RollFile } from './roll-file.ts';

export interface ContainerRoll {
  /** Looks for what is not known yet of these containers. To be called whenever containers may have come. */
  notice(containerIds: readonly string[]): void;
  /** What is known; looks once more where nothing is. */
  describe(containerId: string): ContainerDescription;
  /** These won't be asked for again. */
  forget(containerIds: readonly string[]): void;
  /** Nobody will ask again, a successor included. */
  discard(): void;
}

/** Twice the containers that a report may carry (profile/recording.ts); those that the ledger has freed are forgotten. */
export const MAX_REMEMBERED = 1024;

const UNKNOWN: ContainerDescription = { name: null, kind: 'unknown', runtime: null };

/**
 * @param find the runtime's record of a container, undefined where there is none
 * @param file where a successor finds what this tracer knew
 */
export function createRoll(
  find: (containerId: string) => ContainerDescription | undefined,
  file: RollFile,
): ContainerRoll {
  const known = new Map(file.read());

  /** @returns true where something new was learnt */
  function learn(containerId: string): boolean {
    if (known.has(containerId)) return false;
    const found = find(containerId);
    if (found === undefined) return false;
    const [oldest] = known.keys();
    // Whose name is forgotten is looked up again, and reported as unknown where that fails: never as another container.
    if (known.size >= MAX_REMEMBERED && oldest !== undefined) known.delete(oldest);
    known.set(containerId, found);
    return true;
  }

  function learnAll(containerIds: readonly string[]): void {
    if (containerIds.filter(learn).length > 0) file.write(known);
  }

  return {
    notice: learnAll,
    describe: (containerId) => {
      learnAll([containerId]);
      return known.get(containerId) ?? UNKNOWN;
    },
    forget: (containerIds) => {
      if (containerIds.filter((id) => known.delete(id)).length > 0) file.write(known);
    },
    discard: () => {
      file.remove();
    },
  };
}
