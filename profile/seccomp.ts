/**
 * The profile as an OCI seccomp object (github.com/opencontainers/runtime-spec, config-linux.md, "Seccomp"): what
 * docker, containerd and CRI-O take.
 */
import { isMadeByWorkload } from './calls.ts';
import type { ArgumentCondition, Group, GroupedCall } from './groups.ts';
import { compareText } from './instants.ts';
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
  readonly args?: readonly ArgumentCondition[];
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
  const known = ({ name }: { readonly name: string }): boolean => isKnownName(name, abis);
  const grouped = groupedCalls(groups, made).filter(known);
  const bare = namesOf([...made.filter(known), ...grouped.filter(isBare)]);
  // libseccomp drops a rule with arguments where another allows the call without.
  const narrowed = grouped.filter(({ name, args }) => args !== undefined && !bare.has(name));
  const open = new Set([...bare, ...namesOf(narrowed)]);
  const answered = [...grouped, ...denied.filter(known)].flatMap(({ name, errno }) =>
    errno === undefined || open.has(name) ? [] : [[name, errno] as const],
  );
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: (Object.keys(ARCHITECTURES) as Abi[])
      .filter((abi) => abis.has(abi))
      .map((abi) => ARCHITECTURES[abi]),
    syscalls: [...allowRule(bare), ...narrowedRules(narrowed), ...errnoRules(answered)],
  };
}

function groupedCalls(groups: readonly Group[], made: readonly ProfiledCall[]): GroupedCall[] {
  const seen = namesOf(made);
  return groups.flatMap(({ calls }) => calls).filter(({ beside }) => beside?.some((name) => seen.has(name)) ?? true);
}

function isBare({ args, errno }: GroupedCall): boolean {
  return args === undefined && errno === undefined;
}

function namesOf(calls: readonly { readonly name: string }[]): ReadonlySet<string> {
  return new Set(calls.map(({ name }) => name));
}

function allowRule(names: ReadonlySet<string>): SeccompRule[] {
  return names.size > 0 ? [{ names: [...names].sort(), action: 'SCMP_ACT_ALLOW' }] : [];
}

/** One rule per call and conditions: the rules of one call are alternatives. */
function narrowedRules(calls: readonly GroupedCall[]): SeccompRule[] {
  const rules = calls.map(({ name, args }): SeccompRule => ({
    names: [name],
    action: 'SCMP_ACT_ALLOW',
    ...(args && { args }),
  }));
  const byText = new Map(rules.map((rule) => [JSON.stringify(rule), rule]));
  return [...byText].sort(([a], [b]) => compareText(a, b)).map(([, rule]) => rule);
}

/** One rule per error number. A call that was recorded with one keeps it: a group's is only a better default. */
function errnoRules(answered: readonly (readonly [name: string, errno: number])[]): SeccompRule[] {
  const errnos = new Map(answered);
  return [...new Set(errnos.values())]
    .sort((a, b) => a - b)
    .map((errnoRet) => ({
      names: [...errnos].flatMap(([name, errno]) => (errno === errnoRet ? [name] : [])).sort(),
      action: 'SCMP_ACT_ERRNO',
      errnoRet,
    }));
}

/** The file's bytes: equal profiles give equal bytes. */
export function renderSeccomp(profile: SeccompProfile): string {
  return `${JSON.stringify(profile, null, 2)}\n`;
}
