/** The end of a trace: its report is merged into the profiles of its containers, then the Trace is complete. */
import { joinCompleteness } from '../../profile/completeness.ts';
import { contributionsOf } from '../../profile/contribution.ts';
import type { TargetContainer } from '../../profile/contribution.ts';
import type { PartialReason, RecordedReport } from '../../profile/recording.ts';
import type { Completeness, Contribution, Workload } from '../../profile/syscall-profile.ts';
import type { Outcome } from '../kube/outcome.ts';
import type { StoreProfile } from '../kube/profiles.ts';
import type { Resource } from '../kube/resource.ts';
import type { TraceState } from '../store/trace-state.ts';
import type { Action } from './actions.ts';
import type { Facts } from './facts.ts';
import { writeTraceStatus } from './perform-trace.ts';
import { tracedContainers } from './plan-status.ts';
import { tracedProbes } from './traced-probes.ts';
import type { TraceStatus } from './trace-status.ts';
import { explain } from './untraced-reasons.ts';

export interface StoreDeps {
  readonly traces: Resource;
  readonly traceState: Pick<TraceState, 'read'>;
  readonly storeProfile: StoreProfile;
  /** Told once per stored trace; once more where the watch of Traces stands still for longer than a leader remembers. */
  readonly onStored: (facts: Facts, status: TraceStatus) => void;
}

type StoreAction = Extract<Action, { kind: 'store-profiles' }>;

export async function performStore(deps: StoreDeps, facts: Facts, action: StoreAction): Promise<Outcome<unknown>> {
  const read = await deps.traceState.read(facts.podUid);
  if (read.kind !== 'ok') return read;
  const { report } = read.value;
  // Decided from a recording, and the newest report is none: decide again.
  if (report.kind === 'refused') return { kind: 'conflict' };
  // The last report has come after all: it lacks nothing.
  if (report.kind === 'final' && action.extraReasons.some(isLoss)) return { kind: 'conflict' };
  const contributions = contributionsFor(facts, action, report);
  const stored = await storeAll(deps, facts, contributions);
  if (stored.kind !== 'ok') return stored;
  const status = finalStatus(facts, action, report, contributions, stored.value);
  const written = await writeTraceStatus(deps.traces, facts, status);
  // In a namespace that is going the Trace may be gone already; the profile is what counts.
  const lost = facts.namespace === 'terminating' && (written.kind === 'not-found' || written.kind === 'refused');
  if (written.kind === 'ok' || lost) deps.onStored(facts, status);
  return lost ? { kind: 'ok', value: null } : written;
}

function isLoss(reason: PartialReason): boolean {
  return reason === 'flush-deadline' || reason === 'tracer-lost' || reason === 'finalizer-removed';
}

function contributionsFor(
  facts: Facts,
  action: StoreAction,
  report: RecordedReport,
): ReadonlyMap<string, Contribution> {
  const podName = facts.pod?.name ?? facts.trace?.podName ?? '';
  return contributionsOf(report, {
    podUid: facts.podUid,
    podName,
    containers: containersOf(facts),
    endedAt: new Date(action.endedAtMs).toISOString(),
    extraReasons: action.extraReasons,
    argumentRules: facts.pod?.wishes.argumentRules ?? facts.tracer?.target?.argumentRules ?? true,
  });
}

function detailOf(reason: PartialReason, { disagreements }: Completeness): string | undefined {
  return reason === 'falco-disagrees' ? disagreements?.join(', ') : undefined;
}

/** Of the pod; of the Trace where the pod is gone; digests that the pod's status has lost are the Trace's. */
function containersOf({ pod, trace }: Facts): TargetContainer[] {
  const known = trace?.status?.containers ?? [];
  if (pod === null) return known.map((container) => ({ ...container, containerIds: [] }));
  return pod.containers.map(({ name, image, imageDigest, containerIds, mounts }) => ({
    name,
    image,
    imageDigest: imageDigest === '' ? (known.find((one) => one.name === name)?.imageDigest ?? '') : imageDigest,
    containerIds,
    mounts,
  }));
}

function workloadOf({ workload, pod, trace }: Facts): Workload {
  return workload ?? { apiVersion: 'v1', kind: 'Pod', name: pod?.name ?? trace?.podName ?? '' };
}

async function storeAll(
  deps: StoreDeps,
  facts: Facts,
  contributions: ReadonlyMap<string, Contribution>,
): Promise<Outcome<readonly string[]>> {
  // Its owner may be named by nobody any more, or the API server can't say now: a profile under a wrong name helps nobody.
  if (facts.workload === null && facts.pod?.owner != null) {
    return { kind: 'try-later', afterMs: 1000, message: 'the workload of the target is not known yet' };
  }
  const namespace = facts.pod?.namespace ?? facts.trace?.namespace ?? '';
  const names: string[] = [];
  for (const [container, contribution] of contributions) {
    const target = { namespace, workload: workloadOf(facts), container, archive: facts.namespace === 'terminating' };
    const stored = await deps.storeProfile(target, contribution);
    if (stored.kind !== 'ok') return stored;
    names.push(stored.value);
  }
  return { kind: 'ok', value: names };
}

function finalStatus(
  facts: Facts,
  action: StoreAction,
  report: RecordedReport,
  contributions: ReadonlyMap<string, Contribution>,
  profiles: readonly string[],
): TraceStatus {
  const endedAt = new Date(action.endedAtMs).toISOString();
  const levels = [...contributions.values()].map(({ contributor }) => contributor.completeness);
  const [first, ...others] = levels;
  if (first === undefined) {
    return { phase: 'Untraced', endedAt, reason: 'nothing-recorded', message: explain('nothing-recorded') };
  }
  const completeness: Completeness = others.reduce(joinCompleteness, first);
  const [reason] = completeness.reasons;
  return {
    phase: 'Complete',
    endedAt,
    armedAt: report.armedAt,
    ...(report.gateOpenedAt === null ? {} : { gateOpenedAt: report.gateOpenedAt }),
    ...(facts.workload === null ? {} : { workload: facts.workload }),
    ...(facts.pod === null ? {} : { containers: tracedContainers(facts, facts.pod) }),
    probes: tracedProbes(report),
    completeness,
    profiles,
    ...(reason === undefined ? {} : { reason, message: explain(reason, detailOf(reason, completeness)) }),
  };
}
