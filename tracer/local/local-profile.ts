/** From a recording in local mode to a profile in Flak's own format, the same as a pod's. Pure. */
import { contributionsOf } from '../../profile/contribution.ts';
import { instantOf } from '../../profile/instants.ts';
import { mergeContribution, mergeStatuses } from '../../profile/merge.ts';
import type { ContainerRecording, Origin, PartialReason, RecordedReport } from '../../profile/recording.ts';
import type { Revision, Workload } from '../../profile/syscall-profile.ts';
import type { ContainerReading } from '../ledger/ledger.ts';
import type { LocalRecording } from './record.ts';

export interface LocalSubject {
  /** What the profile is called: the command's name without its path. */
  readonly name: string;
  /** Unique to this run: a contributor counts once however often it is merged. */
  readonly runUid: string;
  /** `late`: it ran already when recording began. */
  readonly arming: RecordedReport['arming'];
  readonly node: RecordedReport['node'];
  readonly endedAt: Date;
}

/** How the profile of a local command names what it is of. */
export function workloadOf(name: string): Workload {
  return { apiVersion: 'v1', kind: 'Command', name };
}

/** All that was recorded, as one contribution. */
export function revisionOf(recording: LocalRecording, subject: LocalSubject): Revision {
  const { name, runUid, arming, node, endedAt } = subject;
  const ran = { ...recording, ...settleSetup(recording, arming) };
  const armedAt = instantOf(node.bootedAt ?? endedAt.toISOString(), String(recording.armedAtBootNs));
  const report: RecordedReport = {
    version: 1,
    number: 1,
    podUid: runUid,
    takenAt: endedAt.toISOString(),
    node,
    kind: 'final',
    arming,
    armedAt,
    gateOpenedAt: null,
    containers: ran.containers.map((container) => asOneOf(name, container)),
    reasons: ran.reasons,
    notes: [],
  };
  const target = {
    podUid: runUid,
    podName: name,
    containers: [{ name, image: name, imageDigest: '', containerIds: [] }],
    endedAt: endedAt.toISOString(),
    extraReasons: [],
  };
  const contribution = contributionsOf(report, target).get(name);
  const [revision] = contribution ? mergeContribution(undefined, contribution, { groups: [] }).revisions : [];
  if (!revision) throw new Error(`nothing was recorded of ${name}`);
  return revision;
}

/** Whether the command was ever executed: a filter may forbid that, and to say so, too. */
export function hasStarted({ containers }: LocalRecording): boolean {
  return containers.some(({ startedNs }) => startedNs !== null);
}

/** The union of two recordings of one command. */
export function unionOfRevisions(a: Revision, b: Revision): Revision {
  const status = (revision: Revision) => ({
    seccomp: '',
    syscallCount: 0,
    completeness: revision.completeness,
    contributorCount: revision.contributors.length,
    // Both are what one command did, whatever its file was at the time.
    revisions: [{ ...revision, imageDigest: '' }],
    revisionsDropped: 0,
  });
  const [union] = mergeStatuses(status(a), status(b), { groups: [] }).revisions;
  return union ?? a;
}

/**
 * Set-up is what Flak itself does between entering the cgroup and executing the command. Where the ledger found no end of it, or
 * the target ran already and whoever was moved into it later is no runtime, those calls count as the command's: the
 * profile then holds too much rather than too little.
 */
function settleSetup(
  recording: LocalRecording,
  arming: LocalSubject['arming'],
): { readonly containers: ContainerReading[]; readonly reasons: PartialReason[] } {
  const { containers, reasons } = recording;
  const isSettled = arming === 'before-gate' && hasStarted(recording);
  if (isSettled) return { containers: [...containers], reasons: [...reasons] };
  const settled: Partial<Record<Origin, Origin>> = { setup: 'startup', 'exec:foreign': 'startup' };
  return {
    containers: containers.map((container) => ({
      ...container,
      entries: container.entries.map((entry) => ({ ...entry, origin: settled[entry.origin] ?? entry.origin })),
    })),
    reasons: arming === 'late' ? [...reasons] : [...reasons, 'origin-unknown'],
  };
}

function asOneOf(name: string, { cgroupId, entries }: ContainerReading): ContainerRecording {
  return { containerId: String(cgroupId), name, kind: 'container', runtime: null, entries };
}
