/** Remembers which container is which: the runtime's record goes when the container goes, the recording stays. */
import type { ContainerDescription } from './find-record.ts';

export interface ContainerRoll {
  /** Looks for what is not known yet of these containers. To be called whenever containers may have come. */
  notice(containerIds: readonly string[]): void;
  /** What is known; looks once more where nothing is. */
  describe(containerId: string): ContainerDescription;
}

/** Eight times the containers that a report may carry (profile/recording.ts); a crash loop at its slowest makes 288 a day. */
const MAX_REMEMBERED = 4096;

const UNKNOWN: ContainerDescription = { name: null, kind: 'unknown', runtime: null };

/** @param find the runtime's record of a container, undefined where there is none */
export function createRoll(find: (containerId: string) => ContainerDescription | undefined): ContainerRoll {
  const known = new Map<string, ContainerDescription>();

  function learn(containerId: string): ContainerDescription {
    const remembered = known.get(containerId);
    if (remembered !== undefined) return remembered;
    const found = find(containerId);
    if (found === undefined) return UNKNOWN;
    const [oldest] = known.keys();
    // Whose name is forgotten is looked up again, and reported as unknown where that fails: never as another container.
    if (known.size >= MAX_REMEMBERED && oldest !== undefined) known.delete(oldest);
    known.set(containerId, found);
    return found;
  }

  return {
    notice: (containerIds) => {
      containerIds.forEach(learn);
    },
    describe: learn,
  };
}
