/**
 * The profile as an OCI seccomp object (github.com/opencontainers/runtime-spec, config-linux.md, "Seccomp"): what
 * docker, containerd and CRI-O take.
 */
import { isMadeByWorkload } from './calls.ts';
import type { Group } from './groups.ts';
import type { Abi } from './recording.ts';
import type { Contributor, ProfiledCall } from './syscall-profile.ts';
import { isKnownName } from './syscalls/names.ts';

/** OCI name of each ABI; the order is the one profiles list them in. */
const ARCHITECTURES = {
  x86_64: 'SCMP_ARCH_X86_64',
  i386: 'SCMP_ARCH_X86',
  x32: 'SCMP_ARCH_X32',
  aarch64: 'SCMP_ARCH_AARCH64',
} as const satisfies Record<Abi, string>;

/** EPERM, which Linux and every runtime answer by default. */
const EPERM = 1;

export interface SeccompRule {
  readonly names: readonly string[];
  readonly action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO';
  readonly errnoRet?: number;
}

export interface SeccompProfile {
  readonly defaultAction: 'SCMP_ACT_ERRNO';
  readonly defaultErrnoRet: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly SeccompRule[];
}

/** What a seccomp profile is made from: a revision, or anything of its shape. */
export interface ProfiledContainer {
  readonly calls: readonly ProfiledCall[];
  /** Their architecture is listed even where the workload is 32-bit alone: the runtime's last steps run natively. */
  readonly contributors: readonly Pick<Contributor, 'architecture'>[];
}

/**
 * Allows what the workload (and what joined it) was seen doing, and the groups; answers recorded denials with the
 * error number that the program saw; answers everything else EPERM.
 *
 * OCI rules know names, not ABIs: over two ABIs the rules are the union (note `abi-union`). Calls that the tables don't
 * name, and names that no ABI in use has, are left out. Set-up before the filter is loaded needs no leave; set-up after
 * it is the base set's, since a container inside a filtered container (kind) shows all of its set-up as filtered.
 */
export function toSeccomp({ calls, contributors }: ProfiledContainer, groups: readonly Group[]): SeccompProfile {
  const made = calls.filter(isMadeByWorkload);
  const denied = calls.filter(({ errno, origins }) => errno !== undefined && origins.some((o) => o !== 'setup'));
  const abis = new Set<Abi>([...contributors.map((c) => c.architecture), ...[...made, ...denied].map((c) => c.abi)]);
  const wanted = [...made, ...groups.flatMap((group) => group.calls)].map(({ name }) => name);
  const allowed = new Set(wanted.filter((name) => isKnownName(name, abis)));
  const refusals = new Map(
    denied
      .filter(({ name }) => !allowed.has(name) && isKnownName(name, abis))
      .map(({ name, errno = EPERM }) => [name, errno]),
  );
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: (Object.keys(ARCHITECTURES) as Abi[])
      .filter((abi) => abis.has(abi))
      .map((abi) => ARCHITECTURES[abi]),
    syscalls: [...allowRule(allowed), ...errnoRules(refusals)],
  };
}

function allowRule(names: ReadonlySet<string>): SeccompRule[] {
  return names.size > 0 ? [{ names: [...names].sort(), action: 'SCMP_ACT_ALLOW' }] : [];
}

function errnoRules(refusals: ReadonlyMap<string, number>): SeccompRule[] {
  return [...new Set(refusals.values())]
    .sort((a, b) => a - b)
    .map((errnoRet) => ({
      names: [...refusals].flatMap(([name, errno]) => (errno === errnoRet ? [name] : [])).sort(),
      action: 'SCMP_ACT_ERRNO',
      errnoRet,
    }));
}

/** The file's bytes: equal profiles give equal bytes. */
export function renderSeccomp(profile: SeccompProfile): string {
  return `${JSON.stringify(profile, null, 2)}\n`;
}
