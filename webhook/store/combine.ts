/**
 * What is kept of a trace when a newer report arrives. Reports are cumulative, yet a successor may know less than its
 * predecessor did (names that are gone from the node, reasons it never met, everything from before a reboot), so a
 * newer report never takes back what an older one said.
 */
import { uniteFiles } from '../../profile/files/files-section.ts';
import type { ContainerRecording, Note, PartialReason, RecordedReport, Report } from '../../profile/recording.ts';
import { unionFalco } from '../../profile/union-falco.ts';
import { foldRestarts, unionEntries } from '../../profile/union-recordings.ts';

/** The wire's bound on containers in one report (profile/recording.ts). */
const MAX_CONTAINERS = 512;

/** @returns the state to store: `next`'s number and kind, the union of both recordings, the earliest arming */
export function combine(stored: Report | undefined, next: Report): Report {
  if (stored === undefined || stored.kind === 'refused') return next;
  if (next.kind === 'refused') {
    return { ...stored, number: next.number, reasons: union<PartialReason>(stored.reasons, ['tracer-lost']) };
  }
  return combineRecorded(stored, next);
}

function combineRecorded(stored: RecordedReport, next: RecordedReport): RecordedReport {
  const rebooted: PartialReason[] = stored.node.bootId === next.node.bootId ? [] : ['node-rebooted'];
  const first = Date.parse(stored.armedAt) <= Date.parse(next.armedAt) ? stored : next;
  const containers = unionContainers(stored.containers, next.containers);
  return {
    ...next,
    arming: first.arming,
    armedAt: first.armedAt,
    gateOpenedAt: stored.gateOpenedAt ?? next.gateOpenedAt,
    containers: containers.length > MAX_CONTAINERS ? foldRestarts(containers) : containers,
    reasons: union<PartialReason>(stored.reasons, next.reasons, rebooted),
    notes: union<Note>(stored.notes, next.notes),
    ...combineProbes(stored, next),
  };
}

function combineProbes(stored: RecordedReport, next: RecordedReport): Pick<RecordedReport, 'falco' | 'files'> {
  const falco = stored.falco && next.falco ? unionFalco(stored.falco, next.falco) : (stored.falco ?? next.falco);
  const files = stored.files && next.files ? uniteFiles(stored.files, next.files) : (stored.files ?? next.files);
  return { ...(falco && { falco }), ...(files && { files }) };
}

function unionContainers(
  stored: readonly ContainerRecording[],
  next: readonly ContainerRecording[],
): ContainerRecording[] {
  const byId = new Map(stored.map((container) => [container.containerId, container]));
  for (const container of next) {
    const known = byId.get(container.containerId);
    byId.set(container.containerId, known === undefined ? container : unionContainer(known, container));
  }
  return [...byId.values()];
}

function unionContainer(known: ContainerRecording, next: ContainerRecording): ContainerRecording {
  return {
    containerId: next.containerId,
    name: next.name ?? known.name,
    kind: next.kind === 'unknown' ? known.kind : next.kind,
    runtime: next.runtime ?? known.runtime,
    entries: unionEntries(known.entries, next.entries),
  };
}

function union<T>(...lists: readonly (readonly T[])[]): T[] {
  return [...new Set(lists.flat())];
}
