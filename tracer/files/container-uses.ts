/** What each container of the target did with files. */
import type { Access } from '../../profile/files/access.ts';
import { createUseGatherer, unitePaths, type UseGatherer } from '../../profile/files/file-uses.ts';
import { PROBE_BOUNDS, type FileUse } from '../../profile/probes.ts';

export interface ContainerUses {
  add(containerId: string, access: Access): void;
  /** By name, which all runs of a container share. What never got a name is left out, as it is of the profile. */
  list(nameOf: (containerId: string) => string | undefined): FileUse[];
}

/** Containers by ID: restarts among them, hence more than a pod has names. */
const MAX_CONTAINERS = 512;
/** What a report has room for beside the ledger's recording (docs/wire.md: 512 KiB). */
const SECTION_BYTES = 160 * 1024;
/** Paths of a container where a report would be too large with more. */
const NARROWER = [PROBE_BOUNDS.paths, 128, 32, 8, 1] as const;

/** @param onLost told once that a container was one too many */
export function createContainerUses(onLost: () => void): ContainerUses {
  const gatherers = new Map<string, UseGatherer>();
  let lost = false;
  return {
    add: (containerId, access) => {
      const gatherer = gatherers.get(containerId);
      if (gatherer !== undefined) gatherer.add(access);
      else if (gatherers.size < MAX_CONTAINERS) {
        const fresh = createUseGatherer();
        gatherers.set(containerId, fresh);
        fresh.add(access);
      } else if (!lost) {
        lost = true;
        onLost();
      }
    },
    list: (nameOf) => {
      const lists = NARROWER.map((most) => () => byName(gatherers, nameOf, most));
      for (const list of lists) {
        const uses = list();
        if (JSON.stringify(uses).length <= SECTION_BYTES) return uses;
      }
      return byName(gatherers, nameOf, 1);
    },
  };
}

function byName(
  gatherers: ReadonlyMap<string, UseGatherer>,
  nameOf: (containerId: string) => string | undefined,
  most: number,
): FileUse[] {
  const uses = new Map<string, FileUse['paths']>();
  for (const [containerId, gatherer] of gatherers) {
    const name = nameOf(containerId);
    if (name !== undefined) uses.set(name, unitePaths(uses.get(name) ?? [], gatherer.paths(most), most));
  }
  return [...uses].slice(0, PROBE_BOUNDS.containers).map(([container, paths]) => ({ container, paths }));
}
