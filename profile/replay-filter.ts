/**
 * The filter under which a canary replays its workload: first one that logs what the profile would deny, then the profile
 * itself. Pure.
 */
import type { Bound } from './default-bound.ts';
import type { OciProfile, OciRule } from './oci-profile.ts';
import { withinBound } from './within-bound.ts';
import type { FileProfile } from './write-oci.ts';
import { toFileProfile } from './write-oci.ts';

export const REPLAY_MODES = ['log', 'enforce'] as const;
export type ReplayMode = (typeof REPLAY_MODES)[number];

export type ReplayFilter =
  | { readonly kind: 'filter'; readonly file: FileProfile }
  /** The profile allows what the bound doesn't. */
  | { readonly kind: 'beyond'; readonly names: readonly string[] };

/** Every interface of a machine: the kernel kills, rather than logs, calls of an architecture that a filter doesn't list. */
const INTERFACES = {
  x86: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
} as const;

const EPERM = 1;
/** What RuntimeDefault answers `clone3` with, whose flags no filter sees: C libraries fall back on `clone`. */
const ENOSYS = 38;

/** @param bound what the container may do at present where that is RuntimeDefault; null where nothing bounds it */
export function replayFilter(profile: OciProfile, mode: ReplayMode, bound: Bound | null): ReplayFilter {
  const bounded = bound === null ? ({ kind: 'within', rules: profile.rules } as const) : withinBound(profile, bound);
  if (bounded.kind === 'beyond') return bounded;
  const held = { ...profile, rules: bounded.rules };
  const filter = mode === 'enforce' ? held : bound === null ? logAll(held) : logWithin(held, bound);
  return { kind: 'filter', file: toFileProfile(filter) };
}

/** What no rule answers is let through and logged. What would end the program is, too: it must not notice. */
function logAll(profile: OciProfile): OciProfile {
  const rules = profile.rules.filter(({ action }) => isKept(action));
  return { defaultAction: 'SCMP_ACT_LOG', defaultErrno: null, architectures: interfacesOf(profile), rules };
}

/**
 * What RuntimeDefault lets through and the profile doesn't is logged; the rest is answered as RuntimeDefault does. A call that the
 * profile allows with some values only is logged with all: libseccomp has one action for a call without conditions.
 */
function logWithin(profile: OciProfile, bound: Bound): OciProfile {
  const kept = profile.rules.filter(({ action, args }) => isKept(action) && args.length === 0);
  const settled = new Set(kept.flatMap(({ names }) => names));
  const logged = [...bound].flatMap(([name, ways]) =>
    settled.has(name) ? [] : ways.map((args) => ruleFor(name, 'SCMP_ACT_LOG', args)),
  );
  const isAnswered = settled.has('clone3') || bound.has('clone3');
  const clone3 = { ...ruleFor('clone3', 'SCMP_ACT_ERRNO', []), errno: ENOSYS };
  const rules = [...kept, ...logged, ...(isAnswered ? [] : [clone3])];
  return { defaultAction: 'SCMP_ACT_ERRNO', defaultErrno: EPERM, architectures: interfacesOf(profile), rules };
}

function isKept(action: OciRule['action']): boolean {
  return action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_ERRNO';
}

function ruleFor(name: string, action: OciRule['action'], args: OciRule['args']): OciRule {
  return { names: [name], action, errno: null, args, where: '' };
}

function interfacesOf({ architectures }: OciProfile): readonly string[] {
  return INTERFACES[architectures.includes('SCMP_ARCH_AARCH64') ? 'arm' : 'x86'];
}
