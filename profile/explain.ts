/** A profile put into words and numbers: what each call is for, how risky it is, who made it, and what is left of the kernel. */
import { isMadeByWorkload } from './calls.ts';
import { describeCompleteness, shareAfter, stabilityOf, wantsForStable } from './completeness.ts';
import { declaredGroups } from './declared-groups.ts';
import type { ProfileDocument, Recorded } from './document.ts';
import { describeProbes } from './describe-probes.ts';
import { defaultEffect, effectsOf } from './effect.ts';
import type { Effect } from './effect.ts';
import type { Group, GroupedCall } from './groups.ts';
import { compareText, earlierOf } from './instants.ts';
import type { OciProfile } from './oci-profile.ts';
import type { Topic } from './purpose/purposes.ts';
import { purposeOf } from './purpose/purposes.ts';
import type { Abi, Origin } from './recording.ts';
import { ORIGINS } from './vocabulary.ts';
import type { Risk } from './risk.ts';
import { riskOf } from './risk.ts';
import type { DefaultVerdict } from './runtime-default.ts';
import { runtimeDefaultOf } from './runtime-default.ts';
import type { Contributor, ProfiledCall } from './syscall-profile.ts';
import { numbersOf } from './syscalls/names.ts';

export interface ExplainedCall {
  readonly name: string;
  readonly effect: Effect;
  readonly topic: Topic | null;
  readonly purpose: string;
  readonly risk: Risk;
  readonly runtimeDefault: DefaultVerdict;
  /** Empty where the file doesn't say, or the workload was never seen making it. */
  readonly origins: readonly Origin[];
  readonly firstSeenAt: string | null;
  /** Contributors that saw it, up to the number that is kept (syscall-profile.ts); null where that isn't known. */
  readonly seenBy: number | null;
  /** Why it is allowed though the workload made no such call. */
  readonly groups: readonly { readonly name: string; readonly reason: string }[];
}

export interface Surface {
  /** Whose table of calls is counted. */
  readonly abi: Abi;
  /** Calls of the kernel's table. */
  readonly kernel: number;
  readonly runtimeDefault: number;
  readonly profile: number;
  /** Of those, what the workload was seen doing; the others are declared. Zero for a file that holds rules alone. */
  readonly recorded: number;
  /** What the profile allows and the runtime's default doesn't, or not without a capability. */
  readonly beyondDefault: readonly string[];
  /** Calls of class severe that the profile keeps shut. */
  readonly shut: readonly string[];
  /** Of class severe or elevated: in the kernel's table, in the runtime's default, in the profile. */
  readonly risky: { readonly kernel: number; readonly runtimeDefault: number; readonly profile: number };
}

export interface Evidence {
  readonly workload: string;
  readonly container: string;
  readonly image: string;
  readonly imageDigest: string;
  readonly summary: string;
  readonly level: string;
  readonly wants: readonly string[];
  /** What is to be said of the second probe and of files, a line each. */
  readonly probes: readonly string[];
  readonly contributors: readonly Contributor[];
  /** How many calls had been seen when a part of the recorded time had passed; ascending in both. */
  readonly curve: readonly { readonly share: number; readonly calls: number }[];
  /** Calls that only strangers (`kubectl exec`) were seen making; the profile leaves them out. */
  readonly foreign: readonly string[];
}

export interface Explanation {
  readonly source: string;
  readonly byDefault: string;
  readonly architectures: readonly string[];
  /** By name. */
  readonly calls: readonly ExplainedCall[];
  readonly surface: Surface;
  /** Null for a file that holds rules alone. */
  readonly evidence: Evidence | null;
}

export function explainProfile({ source, seccomp, recorded }: ProfileDocument): Explanation {
  const groups = recorded ? (recorded.groups ?? declaredGroups()) : [];
  const rows = recorded ? recorded.revisions[0].calls.filter(isMadeByWorkload) : [];
  const made = new Set(rows.map(({ name }) => name));
  const inForce = groups.map((group) => ({ ...group, calls: group.calls.filter((call) => isInForce(call, made)) }));
  const calls = [...effectsOf(seccomp)].map(([name, effect]) =>
    explainCall(
      name,
      effect,
      rows.filter((row) => row.name === name),
      inForce,
    ),
  );
  return {
    source,
    byDefault: defaultEffect(seccomp).text,
    architectures: seccomp.architectures,
    calls,
    surface: measure(seccomp, calls),
    evidence: recorded && evidenceOf(recorded, rows),
  };
}

function explainCall(
  name: string,
  effect: Effect,
  rows: readonly ProfiledCall[],
  groups: readonly Group[],
): ExplainedCall {
  const purpose = purposeOf(name);
  const instants = rows.flatMap(({ firstSeenAt }) => firstSeenAt ?? []);
  const counts = rows.flatMap(({ seenBy }) => seenBy?.length ?? []);
  return {
    name,
    effect,
    topic: purpose?.topic ?? null,
    purpose: purpose?.text ?? 'not in the tables of this version',
    risk: riskOf(name, effect.kind !== 'allowed'),
    runtimeDefault: runtimeDefaultOf(name),
    origins: ORIGINS.filter((origin) => rows.some(({ origins }) => origins.includes(origin))),
    firstSeenAt: instants.length > 0 ? instants.reduce(earlierOf) : null,
    seenBy: counts.length > 0 ? Math.max(...counts) : null,
    groups: rows.length > 0 ? [] : groups.flatMap((group) => reasonsIn(group, name)),
  };
}

/** Some calls are declared only beside others. */
function isInForce({ beside }: GroupedCall, made: ReadonlySet<string>): boolean {
  return beside?.some((name) => made.has(name)) ?? true;
}

function reasonsIn({ name: group, calls }: Group, name: string): { name: string; reason: string }[] {
  // A group has a call once for each value that it allows.
  const reasons = new Set(calls.filter((call) => call.name === name).map(({ reason }) => reason));
  return [...reasons].map((reason) => ({ name: group, reason }));
}

const ABI_OF: Readonly<Record<string, Abi>> = { SCMP_ARCH_AARCH64: 'aarch64', SCMP_ARCH_X86: 'i386' };

/** Counted over the first architecture that the profile lists. */
function measure({ architectures: [first = ''] }: OciProfile, calls: readonly ExplainedCall[]): Surface {
  const abi = ABI_OF[first] ?? 'x86_64';
  const table = [...new Set(numbersOf(abi).values())];
  const open = calls.filter(isOpen);
  const openNames = new Set(open.map(({ name }) => name));
  const counted = open.filter(({ name }) => table.includes(name));
  const byDefault = table.filter((name) => isOpenByDefault(runtimeDefaultOf(name)));
  return {
    abi,
    kernel: table.length,
    runtimeDefault: byDefault.length,
    profile: counted.length,
    recorded: counted.filter(({ origins }) => origins.length > 0).length,
    beyondDefault: open.filter((call) => !isOpenByDefault(call.runtimeDefault)).map(({ name }) => name),
    shut: table.filter((name) => riskOf(name, true).class === 'severe' && !openNames.has(name)).sort(compareText),
    risky: {
      kernel: table.filter((name) => riskOf(name, false).class !== 'ordinary').length,
      runtimeDefault: byDefault.filter((name) => riskOf(name, true).class !== 'ordinary').length,
      profile: open.filter(({ risk }) => risk.class !== 'ordinary').length,
    },
  };
}

/** Whether the profile lets the call through, with some arguments at least. */
export function isOpen({ effect }: ExplainedCall): boolean {
  return effect.kind === 'allowed' || effect.kind === 'narrowed' || effect.text.startsWith('allowed');
}

function isOpenByDefault({ kind }: DefaultVerdict): boolean {
  return kind === 'allowed' || kind === 'narrowed';
}

function evidenceOf({ workload, container, revisions: [newest] }: Recorded, made: readonly ProfiledCall[]): Evidence {
  const own = new Set(made.map(({ name }) => name));
  const foreign = newest.calls.filter(({ name, origins }) => origins.includes('exec:foreign') && !own.has(name));
  return {
    workload: `${workload.kind} ${workload.name}`,
    container,
    image: newest.image,
    imageDigest: newest.imageDigest,
    summary: describeCompleteness(newest),
    level: newest.completeness.level,
    wants: newest.completeness.level === 'observed' ? wantsForStable(stabilityOf(newest)) : [],
    probes: describeProbes(newest),
    contributors: newest.contributors,
    curve: curveOf(made, newest.contributors),
    foreign: [...new Set(foreign.map(({ name }) => name))].sort(compareText),
  };
}

function curveOf(made: readonly ProfiledCall[], contributors: readonly Contributor[]): Evidence['curve'] {
  const instants = made.flatMap(({ firstSeenAt }) => (firstSeenAt === undefined ? [] : [Date.parse(firstSeenAt)]));
  return instants
    .sort((a, b) => a - b)
    .map((instant, index) => ({ share: 1 - shareAfter(contributors, instant), calls: index + 1 }));
}
