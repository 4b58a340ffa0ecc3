/** The ledger's readings as recordings of containers. Pure. */
import type { ContainerRecording } from '../../profile/recording.ts';
import { containerIdOf, isMonitor } from '../containers/container-id.ts';
import type { ContainerDescription } from '../containers/find-record.ts';
import type { ContainerReading } from '../ledger/ledger.ts';

/**
 * Processes directly in the pod's cgroup, and in cgroups that are no container's, get an ID that can't be a container's, so
 * that the profile says `unknown-container` instead of counting their calls as someone's.
 */
export function recordingsOf(
  readings: readonly ContainerReading[],
  describe: (containerId: string) => ContainerDescription,
): ContainerRecording[] {
  return readings
    .filter(({ name, isPod }) => isPod || !isMonitor(name))
    .toSorted((a, b) => (a.firstSeenNs < b.firstSeenNs ? -1 : a.firstSeenNs > b.firstSeenNs ? 1 : 0))
    .map((reading) => recordingOf(reading, describe));
}

function recordingOf(
  { name, isPod, entries }: ContainerReading,
  describe: (containerId: string) => ContainerDescription,
): ContainerRecording {
  const containerId = isPod ? null : containerIdOf(name);
  if (containerId !== null) return { containerId, ...describe(containerId), entries };
  const place = isPod ? 'pod' : name.slice(0, 100);
  return { containerId: `cgroup:${place}`, name: null, kind: 'unknown', runtime: null, entries };
}
