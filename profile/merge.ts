/**
 * The profile of a workload's container as the union of what its traces contributed.
 *
 * Merging is commutative, associative and idempotent as long as nothing exceeds the bounds of `KEPT`: traces may end
 * in any order, on any replica, and be merged again after a crash. Beyond the bounds it is no longer exact in its
 * counts: a contributor or revision that was dropped and is merged once more counts as dropped once more. Calls,
 * completeness and times of a kept revision never lose anything by a bound; values of arguments may become wide.
 */
import { isMadeByWorkload, narrowCalls, unionOfCalls } from './calls.ts';
import { assess, completenessOf, joinCompleteness } from './completeness.ts';
import type { Group } from './groups.ts';
import { compareInstants, compareText, earlierOf, laterOf } from './instants.ts';
import { mergeFalco, mergeFiles } from './merge-probes.ts';
import { renderSeccomp, toSeccomp } from './seccomp.ts';
import type { Contribution, Contributor, Revision, SyscallProfileStatus } from './syscall-profile.ts';
import { KEPT } from './kept.ts';

export interface MergeOptions {
  /** Groups that the stored OCI profile allows beside the recorded calls (`declaredGroups()` of declared-groups.ts). */
  readonly groups: readonly Group[];
}

/** The status with one trace's contribution in it. `undefined` stands for a profile that doesn't exist yet. */
export function mergeContribution(
  status: SyscallProfileStatus | undefined,
  contribution: Contribution,
  options: MergeOptions,
): SyscallProfileStatus {
  return mergeStatuses(status, statusOf(contribution, options), options);
}

/** The union of two profiles of the same container. */
export function mergeStatuses(
  a: SyscallProfileStatus | undefined,
  b: SyscallProfileStatus,
  options: MergeOptions,
): SyscallProfileStatus {
  const byDigest = new Map((a?.revisions ?? []).map((revision) => [revision.imageDigest, revision]));
  for (const revision of b.revisions) {
    const known = byDigest.get(revision.imageDigest);
    byDigest.set(revision.imageDigest, known ? mergeRevisions(known, revision) : revision);
  }
  const dropped = Math.max(a?.revisionsDropped ?? 0, b.revisionsDropped);
  return summarize([...byDigest.values()].sort(newestFirst), dropped, options);
}

function statusOf(
  { imageDigest, image, contributor, calls, falco, files }: Contribution,
  options: MergeOptions,
): SyscallProfileStatus {
  const revision: Revision = {
    imageDigest,
    image,
    firstRecordedAt: contributor.armedAt,
    lastRecordedAt: contributor.endedAt,
    calls: unionOfCalls(calls),
    completeness: contributor.completeness,
    contributors: [contributor],
    contributorsDropped: 0,
    ...(falco && { falco }),
    ...(files && { files }),
  };
  return summarize([revision], 0, options);
}

/** Everything beside the revisions describes the newest one, as the OCI profile does. */
function summarize(sorted: readonly Revision[], droppedBefore: number, { groups }: MergeOptions): SyscallProfileStatus {
  const revisions = withinBounds(sorted);
  const [newest] = revisions;
  return {
    seccomp: newest ? renderSeccomp(toSeccomp(newest, groups)) : '',
    syscallCount: new Set(newest?.calls.filter(isMadeByWorkload).map(({ name }) => name)).size,
    completeness: newest?.completeness ?? completenessOf([], []),
    contributorCount: newest ? newest.contributors.length + newest.contributorsDropped : 0,
    revisions,
    revisionsDropped: droppedBefore + sorted.length - revisions.length,
  };
}

/** The newest revisions, as many as may be kept by number and by size; the newest one always, if with fewer values. */
function withinBounds([newest, ...older]: readonly Revision[]): Revision[] {
  if (newest === undefined) return [];
  const fitting = withFewerValues(newest);
  let bytes = sizeOf(fitting);
  const kept = older
    .slice(0, KEPT.revisions - 1)
    .filter((revision) => (bytes += sizeOf(revision)) <= KEPT.revisionBytes);
  return [fitting, ...kept];
}

/** Tuples of a call that are still told where a revision alone would be too large. */
const NARROWER = [16, 4, 0] as const;

function withFewerValues(revision: Revision): Revision {
  if (sizeOf(revision) <= KEPT.revisionBytes) return revision;
  const most = NARROWER.find((count) => sizeOf(narrowed(revision, count)) <= KEPT.revisionBytes);
  return narrowed(revision, most ?? 0);
}

function narrowed(revision: Revision, most: number): Revision {
  return { ...revision, calls: narrowCalls(revision.calls, most) };
}

function sizeOf(revision: Revision): number {
  return JSON.stringify(revision).length;
}

function mergeRevisions(a: Revision, b: Revision): Revision {
  const byTrace = new Map(a.contributors.map((contributor) => [contributor.traceUid, contributor]));
  for (const contributor of b.contributors) {
    const known = byTrace.get(contributor.traceUid);
    byTrace.set(contributor.traceUid, known ? mergeContributors(known, contributor) : contributor);
  }
  const sorted = [...byTrace.values()].sort(latestFirst);
  const contributors = sorted.slice(0, KEPT.contributors);
  const evidence = {
    calls: unionOfCalls(a.calls, b.calls),
    contributors,
    contributorsDropped: Math.max(a.contributorsDropped, b.contributorsDropped) + sorted.length - contributors.length,
  };
  return {
    ...evidence,
    imageDigest: a.imageDigest,
    image:
      (compareInstants(b.lastRecordedAt, a.lastRecordedAt) || compareText(a.image, b.image)) <= 0 ? a.image : b.image,
    firstRecordedAt: earlierOf(a.firstRecordedAt, b.firstRecordedAt),
    lastRecordedAt: laterOf(a.lastRecordedAt, b.lastRecordedAt),
    completeness: assess(joinCompleteness(a.completeness, b.completeness), evidence),
    ...mergeProbes(a, b),
  };
}

function mergeProbes(a: Revision, b: Revision): Pick<Revision, 'falco' | 'files'> {
  const falco = a.falco && b.falco ? mergeFalco(a.falco, b.falco) : (a.falco ?? b.falco);
  const files = a.files && b.files ? mergeFiles(a.files, b.files) : (a.files ?? b.files);
  return { ...(falco && { falco }), ...(files && { files }) };
}

/** The same trace merged twice, the second time with more: the later report's facts, the reasons of both. */
function mergeContributors(a: Contributor, b: Contributor): Contributor {
  return {
    ...(latestFirst(a, b) <= 0 ? a : b),
    completeness: joinCompleteness(a.completeness, b.completeness),
  };
}

function newestFirst(a: Revision, b: Revision): number {
  return compareInstants(b.lastRecordedAt, a.lastRecordedAt) || compareText(a.imageDigest, b.imageDigest);
}

function latestFirst(a: Contributor, b: Contributor): number {
  return (
    compareInstants(b.endedAt, a.endedAt) || compareText(a.traceUid, b.traceUid) || compareText(facts(a), facts(b))
  );
}

function facts({ pod, node, kernel, architecture, runtime, armedAt, falco, argumentRules }: Contributor): string {
  const second = falco && [falco.state, falco.version, falco.watched, falco.drops, falco.gaps];
  return JSON.stringify([pod, node, kernel, architecture, runtime, armedAt, argumentRules, second]);
}
