/** From one trace's last report to what it adds to the profile of each container of its pod. */
import { isMadeByWorkload, PROFILED_ORIGINS, unionOfCalls } from './calls.ts';
import { completenessOf } from './completeness.ts';
import { probesOf } from './contributed-probes.ts';
import type { Mount } from './files/suggest.ts';
import { compareText, instantOf } from './instants.ts';
import type { ContainerRecording, Note, PartialReason, RecordedReport, RecordingEntry } from './recording.ts';
import type { Contribution, Contributor, ProfiledCall } from './syscall-profile.ts';
import { isKnownName, nameOf } from './syscalls/names.ts';

/** The gate's own container is never profiled (a test compares the name with webhook/names.ts). */
export const GATE_CONTAINER = 'flak-gate';

/** One container of the pod's spec (init, sidecar, app or ephemeral). */
export interface TargetContainer {
  readonly name: string;
  /** As in the spec. */
  readonly image: string;
  /** `imageID` of the pod's status: what revisions are keyed by. Empty where the kubelet never reported one. */
  readonly imageDigest: string;
  /** From the pod's status, with or without `containerd://`; names recordings whose record on the node was gone. */
  readonly containerIds: readonly string[];
  /** What its pod mounts into it, where that is known. */
  readonly mounts?: readonly Mount[];
}

/** The target as the API server last knew it. */
export interface EndedTarget {
  readonly podUid: string;
  readonly podName: string;
  readonly containers: readonly TargetContainer[];
  /** ISO 8601: when the last container stopped, or the report was taken where that isn't known. */
  readonly endedAt: string;
  /** What the controller knows and the tracer can't: `flush-deadline`, `gate-timeout`, `finalizer-removed` … */
  readonly extraReasons: readonly PartialReason[];
  /** False where its owner wants no rules on argument values in the profile. */
  readonly argumentRules?: boolean;
}

/**
 * What the trace adds, by container name; containers that were never created have no entry.
 *
 * All container IDs of one name (restarts) are one contribution. The pause container and the gate are left out. A
 * recording that belongs to no container of the spec is nobody's: its calls may be anyone's, so every contribution of
 * the pod gets the reason `unknown-container`.
 */
export function contributionsOf(report: RecordedReport, target: EndedTarget): ReadonlyMap<string, Contribution> {
  const owned = new Map<string, ContainerRecording[]>();
  const orphaned: ContainerRecording[] = [];
  for (const recording of report.containers) {
    if (recording.kind === 'sandbox') continue;
    const name = recording.name ?? nameById(target, recording.containerId);
    if (name === GATE_CONTAINER) continue;
    if (name !== null && target.containers.some((container) => container.name === name))
      owned.set(name, [...(owned.get(name) ?? []), recording]);
    else if (recording.entries.some(hasCalls)) orphaned.push(recording);
  }
  const reasons: PartialReason[] = [...report.reasons, ...target.extraReasons];
  if (report.arming === 'late') reasons.push('late-arming');
  if (orphaned.length > 0) reasons.push('unknown-container');
  return new Map(
    target.containers.flatMap((container) => {
      const recordings = owned.get(container.name);
      return recordings ? [[container.name, contribution(report, target, container, recordings, reasons)]] : [];
    }),
  );
}

function nameById(target: EndedTarget, containerId: string): string | null {
  const holds = (id: string): boolean => id === containerId || id.endsWith(`://${containerId}`);
  return target.containers.find(({ containerIds }) => containerIds.some(holds))?.name ?? null;
}

function hasCalls(entry: RecordingEntry): boolean {
  return entry.calls.length > 0 || entry.denied.length > 0;
}

function contribution(
  report: RecordedReport,
  target: EndedTarget,
  container: TargetContainer,
  recordings: readonly ContainerRecording[],
  reasons: readonly PartialReason[],
): Contribution {
  const calls = unionOfCalls(...recordings.flatMap(({ entries }) => entries.map((entry) => callsOf(entry, report))));
  const probes = probesOf(report, container, calls);
  const told = [...reasons, ...reasonsOf(calls), ...disagreement(probes.disagreements)];
  const contributor: Contributor = {
    traceUid: target.podUid,
    pod: target.podName,
    node: report.node.name,
    kernel: report.node.kernel,
    architecture: report.node.architecture,
    runtime: recordings.find(({ runtime }) => runtime !== null)?.runtime ?? null,
    armedAt: report.armedAt,
    endedAt: target.endedAt,
    completeness: completenessOf(told, [...report.notes, ...notesOf(calls)], probes.disagreements),
    ...probes.contributor,
    ...(target.argumentRules === false ? { argumentRules: 'off' } : {}),
  };
  return { imageDigest: container.imageDigest, image: container.image, contributor, calls, ...probes.revision };
}

function disagreement(names: readonly string[]): PartialReason[] {
  return names.length > 0 ? ['falco-disagrees'] : [];
}

function callsOf(entry: RecordingEntry, report: RecordedReport): ProfiledCall[] {
  const { abi, origin, calls, denied } = entry;
  return [
    ...calls.map(({ nr, firstSeenNs }) => ({
      abi,
      name: nameOf(abi, nr),
      origins: [origin],
      ...(PROFILED_ORIGINS.includes(origin) && sightOf(firstSeenNs, report)),
      ...valuesOf(entry, nr),
    })),
    ...denied.map(({ nr, errno }) => ({ abi, name: nameOf(abi, nr), origins: [origin], errno })),
  ];
}

function sightOf(firstSeenNs: string, { podUid, node }: RecordedReport): Pick<ProfiledCall, 'firstSeenAt' | 'seenBy'> {
  const seenBy = [podUid.slice(0, 8)];
  return node.bootedAt === undefined ? { seenBy } : { firstSeenAt: instantOf(node.bootedAt, firstSeenNs), seenBy };
}

/** Not the runtime's: they say nothing of the workload, and they may be many. */
function valuesOf({ origin, arguments: recorded }: RecordingEntry, nr: number): Pick<ProfiledCall, 'arguments'> {
  const row = recorded.find((candidate) => candidate.nr === nr);
  if (row === undefined || origin === 'setup' || origin === 'runtime-filtered') return {};
  const { indices, wide } = row;
  return { arguments: [{ origin, indices, tuples: row.tuples.map((tuple) => tuple.join()).sort(compareText), wide }] };
}

/**
 * io_uring_setup(2): what is submitted to the ring is done by the kernel without a system call of the workload. A call
 * that no table names can't be put into a profile, which then lacks it.
 */
function reasonsOf(calls: readonly ProfiledCall[]): PartialReason[] {
  const made = calls.filter(isMadeByWorkload);
  const reasons: PartialReason[] = [];
  if (made.some(({ name }) => name === 'io_uring_setup')) reasons.push('io-uring');
  if (made.some(({ abi, name }) => !isKnownName(name, [abi]))) reasons.push('unknown-syscall');
  return reasons;
}

function notesOf(calls: readonly ProfiledCall[]): Note[] {
  const notes: Note[] = [];
  if (calls.some(({ errno }) => errno !== undefined)) notes.push('masked-by-filter');
  if (new Set(calls.filter(isMadeByWorkload).map(({ abi }) => abi)).size > 1) notes.push('abi-union');
  return notes;
}
