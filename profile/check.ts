/** What is wrong with a profile, or worth a second look: the same for one of ours and for anybody's. */
import { isMadeByWorkload } from './calls.ts';
import type { ProfileDocument } from './document.ts';
import type { Effect } from './effect.ts';
import { effectsOf } from './effect.ts';
import type { OciProfile, OciRule } from './oci-profile.ts';
import type { Abi } from './recording.ts';
import { ABIS } from './vocabulary.ts';
import { riskOf } from './risk.ts';
import { isKnownName } from './syscalls/names.ts';

/** `error`: does not do what it says, or runtimes refuse it. `warning`: works, and is likely not meant. `risk`: works as meant. */
export type Severity = 'error' | 'warning' | 'risk';

export const FINDINGS = {
  'unknown-name': {
    severity: 'error',
    meaning: 'no table of system calls has this name; runtimes skip it or refuse the profile',
  },
  'unknown-architecture': { severity: 'error', meaning: 'no such architecture' },
  'no-architecture': {
    severity: 'warning',
    meaning: 'lists no architecture: only the native one of the node is filtered by these rules',
  },
  'not-on-architecture': { severity: 'warning', meaning: 'none of the listed architectures has this call' },
  contradiction: { severity: 'error', meaning: 'two rules without arguments say different things about one call' },
  duplicate: { severity: 'warning', meaning: 'the same rule stands there twice' },
  'arguments-dropped': {
    severity: 'error',
    meaning: 'rules with arguments count for nothing, since another rule takes the call whatever its arguments',
  },
  'repeated-argument': {
    severity: 'error',
    meaning: 'one rule names an argument twice; runtimes make alternatives of that, which allows more',
  },
  'without-effect': { severity: 'warning', meaning: 'the rule says what the default action does anyway' },
  'allows-everything': { severity: 'error', meaning: 'the default action lets every call through' },
  'empty-rule': { severity: 'warning', meaning: 'a rule names no call' },
  'recording-differs': {
    severity: 'warning',
    meaning: 'rules and recording of the file say different things; merge goes by the recording, all else by the rules',
  },
  'severe-call': { severity: 'risk', meaning: 'allows a call of the class severe' },
  'elevated-call': { severity: 'risk', meaning: 'allows a call of the class elevated' },
} as const satisfies Record<string, { readonly severity: Severity; readonly meaning: string }>;
export type FindingCode = keyof typeof FINDINGS;

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The call or architecture; empty where the finding is about the whole profile. */
  readonly subject: string;
  readonly message: string;
}

const ABI_OF: Readonly<Record<string, Abi>> = {
  SCMP_ARCH_X86_64: 'x86_64',
  SCMP_ARCH_X86: 'i386',
  SCMP_ARCH_X32: 'x32',
  SCMP_ARCH_AARCH64: 'aarch64',
};
/** libseccomp's, without those of `ABI_OF` (runtime-spec, config-linux.md). */
const FOREIGN = new Set(
  (
    'NATIVE ARM LOONGARCH64 M68K MIPS MIPS64 MIPS64N32 MIPSEL MIPSEL64 MIPSEL64N32 PARISC PARISC64 PPC PPC64 PPC64LE ' +
    'RISCV64 S390 S390X SH SHEB'
  )
    .split(' ')
    .map((name) => `SCMP_ARCH_${name}`),
);

/** In the order of `FINDINGS`, then by subject. */
export function checkProfile(document: Pick<ProfileDocument, 'seccomp' | 'recorded'>): Finding[] {
  const { seccomp: profile } = document;
  const findings = [
    ...checkWhole(profile),
    ...checkNames(profile),
    ...checkRules(profile),
    ...checkRecording(document),
    ...checkRisks(profile),
  ];
  const order = Object.keys(FINDINGS);
  return findings.sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code) || (a.subject < b.subject ? -1 : 1));
}

function found(code: FindingCode, subject: string, detail?: string): Finding {
  const { severity, meaning } = FINDINGS[code];
  return { code, severity, subject, message: detail === undefined ? meaning : `${meaning}: ${detail}` };
}

function checkWhole({ defaultAction, architectures, rules }: OciProfile): Finding[] {
  return [
    ...(['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG'].includes(defaultAction)
      ? [found('allows-everything', '', defaultAction)]
      : []),
    ...(architectures.length === 0 ? [found('no-architecture', '')] : []),
    ...architectures
      .filter((name) => !(name in ABI_OF) && !FOREIGN.has(name))
      .map((name) => found('unknown-architecture', name)),
    ...(rules.some(({ names }) => names.length === 0) ? [found('empty-rule', '')] : []),
  ];
}

function checkNames({ architectures, rules }: OciProfile): Finding[] {
  const abis = architectures.flatMap((name) => ABI_OF[name] ?? []);
  const hasForeign = architectures.some((name) => FOREIGN.has(name));
  const onlyOurs = architectures.length > 0 && abis.length === architectures.length;
  return [...new Set(rules.flatMap(({ names }) => names))].flatMap((name) => {
    // Calls of architectures whose tables Flak doesn't have can't be judged beside one of those.
    if (!isKnownName(name, ABIS)) return hasForeign ? [] : [found('unknown-name', name)];
    return onlyOurs && !isKnownName(name, abis) ? [found('not-on-architecture', name)] : [];
  });
}

function checkRules(profile: OciProfile): Finding[] {
  const byName = new Map<string, OciRule[]>();
  for (const rule of profile.rules)
    for (const name of rule.names) byName.set(name, [...(byName.get(name) ?? []), rule]);
  return [...byName].flatMap(([name, rules]) => checkCall(name, rules, profile));
}

function checkCall(name: string, rules: readonly OciRule[], profile: OciProfile): Finding[] {
  const bare = rules.filter(({ args, where }) => args.length === 0 && where === '');
  const narrowed = rules.filter(({ args }) => args.length > 0);
  const says = new Set(bare.map(({ action, errno }) => `${action} ${errno ?? ''}`.trim()));
  const texts = rules.map(({ action, errno, args, where }) => JSON.stringify([action, errno, args, where]));
  const [first] = bare;
  const idle = first?.action === profile.defaultAction && first.errno === profile.defaultErrno;
  return [
    ...(says.size > 1 ? [found('contradiction', name, [...says].join(' and '))] : []),
    ...(new Set(texts).size < texts.length ? [found('duplicate', name)] : []),
    ...(bare.length > 0 && narrowed.length > 0 ? [found('arguments-dropped', name)] : []),
    ...(narrowed.some(repeatsArgument) ? [found('repeated-argument', name)] : []),
    ...(idle && says.size === 1 ? [found('without-effect', name)] : []),
  ];
}

function repeatsArgument({ args }: OciRule): boolean {
  return new Set(args.map(({ index }) => index)).size < args.length;
}

/** A file in Flak's format says twice what it allows, and may have been changed by hand in one place only. */
function checkRecording({ seccomp, recorded }: Pick<ProfileDocument, 'seccomp' | 'recorded'>): Finding[] {
  if (!recorded?.groups) return [];
  const [{ calls }] = recorded.revisions;
  const open = new Set([...effectsOf(seccomp)].flatMap(([name, effect]) => (lets(effect) ? [name] : [])));
  const made = new Set(calls.filter(isMadeByWorkload).map(({ name }) => name));
  const explained = new Set([...calls, ...recorded.groups.flatMap((group) => group.calls)].map(({ name }) => name));
  return [
    ...[...made]
      .filter((name) => !open.has(name) && isKnownName(name, ABIS))
      .map((name) => found('recording-differs', name, 'recorded, but not allowed')),
    ...[...open]
      .filter((name) => !explained.has(name))
      .map((name) => found('recording-differs', name, 'allowed, but neither recorded nor declared')),
  ];
}

function checkRisks(profile: OciProfile): Finding[] {
  return [...effectsOf(profile)].flatMap(([name, effect]) => {
    if (!lets(effect)) return [];
    const risk = riskOf(name, effect.kind === 'narrowed');
    if (risk.class === 'ordinary') return [];
    return [found(`${risk.class}-call`, name, `${risk.why} (${risk.sources.join('; ')})`)];
  });
}

function lets({ kind, text }: Effect): boolean {
  return kind === 'allowed' || kind === 'narrowed' || text.startsWith('allowed');
}
