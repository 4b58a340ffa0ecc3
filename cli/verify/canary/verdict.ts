/** What two runs of a canary say of each container's profile. Pure. */
import type { PartialReason } from '../../../profile/recording.ts';
import type { OciProfile } from '../../../profile/oci-profile.ts';
import type { Abi } from '../../../profile/recording.ts';
import type { ProfiledCall, Revision } from '../../../profile/syscall-profile.ts';
import type { Finding } from '../findings.ts';
import { denialsOf, findingsOf, unionOfFindings } from '../findings.ts';
import { describeFinding } from '../report.ts';
import type { RunEnd } from './run-end.ts';
import { isClean } from './run-end.ts';

/** One container's profile and what its canaries were seen doing; null where a run didn't happen or left no recording of it. */
export interface Replayed {
  readonly container: string;
  readonly profile: string;
  readonly rules: OciProfile;
  /** The revision that is verified. */
  readonly recorded: Revision;
  readonly logged: Revision | null;
  readonly enforced: Revision | null;
}

export interface Runs {
  readonly log: RunEnd;
  /** null: it was not begun. */
  readonly enforce: RunEnd | null;
}

export interface ContainerVerdict {
  readonly container: string;
  readonly profile: string;
  readonly findings: readonly Finding[];
  /** Why nothing can be claimed although nothing was found; empty where there is no reason. */
  readonly doubts: readonly string[];
  readonly verified: boolean;
}

export function judgeContainer(replayed: Replayed, runs: Runs): ContainerVerdict {
  const { container, profile } = replayed;
  const findings = findingsIn(replayed);
  const doubts = doubtsAbout(replayed, runs);
  return { container, profile, findings, doubts, verified: findings.length === 0 && doubts.length === 0 };
}

/** Calls that the profile denies, by the ledger's word. What the present filter denies too is no news. */
function findingsIn({ rules, recorded, logged, enforced }: Replayed): Finding[] {
  const native: Abi = recorded.contributors[0]?.architecture ?? 'x86_64';
  const denied = new Set((logged?.calls ?? []).filter(({ errno }) => errno !== undefined).map(keyOf));
  const news = (enforced?.calls ?? []).filter((call) => !denied.has(keyOf(call)));
  const made = logged === null ? [] : findingsOf(logged, rules, native);
  // What it came to do under the profile alone counts as well.
  const later = enforced === null ? [] : findingsOf(enforced, rules, native);
  return unionOfFindings(unionOfFindings(made, later), denialsOf({ calls: news }, rules, native));
}

function keyOf({ abi, name, errno }: ProfiledCall): string {
  return `${abi} ${name} ${errno ?? ''}`;
}

function doubtsAbout({ recorded, logged, enforced }: Replayed, { log, enforce }: Runs): string[] {
  const { level, reasons } = recorded.completeness;
  const whole = level !== 'partial';
  return [
    ...(whole ? [] : [`the profile itself is partial(${reasons.join(', ')}): record it again from the start`]),
    ...(isClean(log) ? doubtsOf(logged, recorded, 'logged') : [`with denials logged the canary ${log.message}`]),
    ...(enforce === null ? ['it was not run under the profile itself'] : doubtsOfEnforced(enforce, enforced, recorded)),
  ];
}

function doubtsOfEnforced(end: RunEnd, enforced: Revision | null, recorded: Revision): string[] {
  if (!isClean(end)) return [`under the profile the canary ${end.message}`];
  return doubtsOf(enforced, recorded, 'enforced');
}

function doubtsOf(seen: Revision | null, recorded: Revision, run: string): string[] {
  if (seen === null) return [`nothing was recorded of it in the ${run} run`];
  const gaps = seen.completeness.reasons.filter(isGap);
  return [
    ...(gaps.length > 0 ? [`something may have gone unseen in the ${run} run: ${gaps.join(', ')}`] : []),
    ...(seen.imageDigest === recorded.imageDigest
      ? []
      : [`the ${run} run was of another image (${seen.imageDigest}) than the profile (${recorded.imageDigest})`]),
  ];
}

/** What is done through io_uring makes no system calls, so that no profile denies it either. */
function isGap(reason: PartialReason): boolean {
  return reason !== 'io-uring';
}

export function describeVerdict(verdict: ContainerVerdict): string[] {
  const { container, profile, findings, doubts, verified } = verdict;
  if (verified) return [`flak: ${container}: verified: ${profile} allows everything that both canaries did`];
  return [
    ...findings.map((finding) => `${describeFinding(finding)} (container ${container})`),
    ...doubts.map((doubt) => `flak: ${container}: ${doubt}`),
    `flak: ${container}: ${findings.length} not allowed by ${profile}`,
  ];
}
