/**
 * The profile as an OCI seccomp object (github.com/opencontainers/runtime-spec, config-linux.md, "Seccomp"): what
 * docker, containerd and CRI-O take.
 */
import type { ArgumentRules } from './argument-rules.ts';
import { argumentRules } from './argument-rules.ts';
import { isMadeBy, PROFILED_ORIGINS } from './calls.ts';
import type { ArgumentMode } from './enforced.ts';
import type { ArgumentCondition, Group, GroupedCall } from './groups.ts';
import { compareText } from './instants.ts';
import type { Abi, Origin } from './recording.ts';
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
  readonly contributors: readonly Pick<Contributor, 'architecture' | 'argumentRules'>[];
}

/** What is asked of a profile beside what was recorded. */
export interface ProfileOptions {
  readonly arguments: ArgumentMode;
  /** Whether what strangers did in the container (`kubectl exec`) is allowed too. */
  readonly foreign: boolean;
}

export const DEFAULT_OPTIONS: ProfileOptions = { arguments: 'safe', foreign: false };

/**
 * What holds where nobody asks for something else: no rules on arguments where the pods' owner wants none
 * (`flak.dev/argument-rules: off`). The latest contributor comes first in a revision, and its word counts.
 */
export function storedOptions({ contributors: [latest] }: Pick<ProfiledContainer, 'contributors'>): ProfileOptions {
  return latest?.argumentRules === 'off' ? { ...DEFAULT_OPTIONS, arguments: 'none' } : DEFAULT_OPTIONS;
}

/**
 * Allows what the workload (and its probes) was seen doing, and the groups; answers recorded denials with the error
 * number that the program saw; answers everything else EPERM.
 *
 * OCI rules know names, not ABIs: over two ABIs the rules are the union (note `abi-union`). Calls that the tables don't
 * name, and names that no ABI in use has, are left out. Set-up before the filter is loaded needs no leave; set-up after
 * it is the base set's, since a container inside a filtered container (kind) shows all of its set-up as filtered.
 */
export function toSeccomp(
  container: ProfiledContainer,
  groups: readonly Group[],
  options: ProfileOptions = storedOptions(container),
): SeccompProfile {
  const { abis, made, denied, grouped, rules } = selectCalls(container, groups, options);
  const bare = namesOf([...made.filter(({ name }) => !rules.ruled.has(name)), ...grouped.filter(isBare)]);
  const narrowed = [
    ...[...rules.ruled].flatMap(([name, alternatives]) => alternatives.map((args) => ({ name, args }))),
    // libseccomp drops a rule with arguments where another allows the call without.
    ...grouped.filter(({ name, args }) => args !== undefined && !bare.has(name)),
  ];
  const open = new Set([...bare, ...namesOf(narrowed)]);
  const answered = [...grouped, ...denied].flatMap(({ name, errno }) =>
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

/** What the same profile enforces of arguments, and of which watched calls it doesn't. */
export function argumentRulesOf(
  container: ProfiledContainer,
  groups: readonly Group[],
  options: ProfileOptions = storedOptions(container),
): ArgumentRules {
  return selectCalls(container, groups, options).rules;
}

/** The calls that a profile is about. */
function selectCalls({ calls, contributors }: ProfiledContainer, groups: readonly Group[], options: ProfileOptions) {
  const origins: readonly Origin[] = options.foreign ? [...PROFILED_ORIGINS, 'exec:foreign'] : PROFILED_ORIGINS;
  const answered: readonly Origin[] = [...origins, 'runtime-filtered'];
  const made = calls.filter((call) => isMadeBy(call, origins));
  const denied = calls.filter((call) => call.errno !== undefined && call.origins.some((o) => answered.includes(o)));
  const abis = new Set<Abi>([...contributors.map((c) => c.architecture), ...[...made, ...denied].map((c) => c.abi)]);
  const known = ({ name }: { readonly name: string }): boolean => isKnownName(name, abis);
  const grouped = groupedCalls(groups, made).filter(known);
  const rules = argumentRules({
    made: made.filter(known),
    origins,
    mode: options.arguments,
    isUnion: abis.size > 1,
    declared: namesOf(grouped.filter(isBare)),
  });
  return { abis, made: made.filter(known), denied: denied.filter(known), grouped, rules };
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
function narrowedRules(calls: readonly Pick<GroupedCall, 'name' | 'args'>[]): SeccompRule[] {
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
