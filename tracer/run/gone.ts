/** Which containers of the ledger can't call anything any more. Pure. */
import type { PodPopulation } from '../cgroups/read-pod-cgroup.ts';
import type { ContainerReading } from '../ledger/ledger.ts';

/**
 * Those whose cgroup isn't there: a cgroup can only be removed when no process is left in it. By the beginnings of names, since
 * the ledger cuts long ones; a doubt is decided for being there.
 * @param readings of before the population was looked at: one that is newer may be of a container that came since
 */
export function goneOf(
  readings: readonly ContainerReading[],
  { children }: PodPopulation,
): readonly ContainerReading[] {
  return readings.filter(({ name, isPod }) => !isPod && !children.some((child) => child.name.startsWith(name)));
}
