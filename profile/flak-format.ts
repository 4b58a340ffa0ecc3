/** The profile in Flak's own format: everything that is known, of which the OCI object is the part that runtimes read. */
import { describeCompleteness } from './completeness.ts';
import type { BareReason } from './argument-rules.ts';
import type { ArgumentMode } from './enforced.ts';
import type { Group } from './groups.ts';
import type { ProfileOptions, SeccompProfile } from './seccomp.ts';
import { argumentRulesOf, storedOptions, toSeccomp } from './seccomp.ts';
import type { Revision, Workload } from './syscall-profile.ts';

export interface FlakProfile extends Revision {
  readonly format: 'flak/v1';
  readonly workload: Workload;
  readonly container: string;
  /** The completeness in one line, for people. */
  readonly summary: string;
  /** Which calls `seccomp` allows with recorded values only, and which watched ones with any, each with its reason. */
  readonly arguments: {
    readonly mode: ArgumentMode;
    readonly ruled: readonly string[];
    readonly bare: readonly { readonly name: string; readonly reason: BareReason }[];
  };
  /** What `seccomp` allows beside the recorded calls, each with its reason. */
  readonly groups: readonly Group[];
  readonly seccomp: SeccompProfile;
}

export function toFlakFormat(
  workload: Workload,
  container: string,
  revision: Revision,
  groups: readonly Group[],
  options: ProfileOptions = storedOptions(revision),
): FlakProfile {
  const { ruled, bare } = argumentRulesOf(revision, groups, options);
  return {
    format: 'flak/v1',
    workload,
    container,
    summary: describeCompleteness(revision),
    ...revision,
    arguments: {
      mode: options.arguments,
      ruled: [...ruled.keys()],
      bare: [...bare].map(([name, reason]) => ({ name, reason })),
    },
    groups,
    seccomp: toSeccomp(revision, groups, options),
  };
}
