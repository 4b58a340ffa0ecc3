/** The profile in Flak's own format: everything that is known, of which the OCI object is the part that runtimes read. */
import { describeCompleteness } from './completeness.ts';
import type { Group } from './groups.ts';
import type { SeccompProfile } from './seccomp.ts';
import { toSeccomp } from './seccomp.ts';
import type { Revision, Workload } from './syscall-profile.ts';

export interface FlakProfile extends Revision {
  readonly format: 'flak/v1';
  readonly workload: Workload;
  readonly container: string;
  /** The completeness in one line, for people. */
  readonly summary: string;
  /** What `seccomp` allows beside the recorded calls, each with its reason. */
  readonly groups: readonly Group[];
  readonly seccomp: SeccompProfile;
}

export function toFlakFormat(
  workload: Workload,
  container: string,
  revision: Revision,
  groups: readonly Group[],
): FlakProfile {
  const summary = describeCompleteness(revision);
  return { format: 'flak/v1', workload, container, summary, ...revision, groups, seccomp: toSeccomp(revision, groups) };
}
