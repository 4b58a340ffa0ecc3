/** What one profile allows that another doesn't: for the person who reviews a change, and for a build that must not drift. */
import type { ProfileDocument } from './document.ts';
import { defaultEffect, effectsOf } from './effect.ts';
import type { Effect } from './effect.ts';
import { compareText } from './instants.ts';
import { allowsMore } from './openings.ts';
import type { Origin } from './recording.ts';
import type { RiskClass } from './risk.ts';
import { riskOf } from './risk.ts';
import type { Revision } from './syscall-profile.ts';

export interface SyscallChange {
  readonly name: string;
  /** `added`: the default action no longer takes it. `removed`: it does from now on. `changed`: other arguments or answers. */
  readonly change: 'added' | 'removed' | 'changed';
  readonly before: string;
  readonly after: string;
  readonly risk: RiskClass;
  /** Who made it in the profile that has it, where that is recorded. */
  readonly origins: readonly Origin[];
}

export interface SetChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface ProfileDiff {
  readonly before: string;
  readonly after: string;
  readonly equal: boolean;
  /** Whether `after` lets anything through that `before` doesn't. */
  readonly allowsMore: boolean;
  /** Null where both do the same by default. */
  readonly defaultAction: { readonly before: string; readonly after: string } | null;
  readonly architectures: SetChange;
  /** By name. */
  readonly syscalls: readonly SyscallChange[];
  /** Image digest and level, where both sides say them and differ; profiles are no less equal for that. */
  readonly image: { readonly before: string; readonly after: string } | null;
  readonly level: { readonly before: string; readonly after: string } | null;
}

/** Profiles that do the same with every call are equal, however their rules are written. */
export function diffProfiles(before: ProfileDocument, after: ProfileDocument): ProfileDiff {
  const actions = pair(defaultEffect(before.seccomp).text, defaultEffect(after.seccomp).text);
  const architectures = diffSets(before.seccomp.architectures, after.seccomp.architectures);
  const syscalls = diffEffects(before, after);
  return {
    before: before.source,
    after: after.source,
    equal:
      actions === null &&
      architectures.added.length === 0 &&
      architectures.removed.length === 0 &&
      syscalls.length === 0,
    allowsMore: allowsMore(before.seccomp, after.seccomp),
    defaultAction: actions,
    architectures,
    syscalls,
    image: recordedPair(before, after, ({ imageDigest }) => imageDigest),
    level: recordedPair(before, after, ({ completeness }) => completeness.level),
  };
}

function diffEffects(before: ProfileDocument, after: ProfileDocument): SyscallChange[] {
  const [old, now] = [effectsOf(before.seccomp), effectsOf(after.seccomp)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort(compareText);
  return names.flatMap((name) => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was?.text === is?.text) return [];
    return [
      {
        name,
        change: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed',
        before: (was ?? defaultEffect(before.seccomp)).text,
        after: (is ?? defaultEffect(after.seccomp)).text,
        risk: riskOf(name, isNarrowed(is ?? was)).class,
        origins: originsOf(is === undefined ? before : after, name),
      } as const,
    ];
  });
}

function isNarrowed(effect: Effect | undefined): boolean {
  return effect !== undefined && effect.kind !== 'allowed';
}

function originsOf({ recorded }: ProfileDocument, name: string): Origin[] {
  const calls = recorded?.revisions[0].calls.filter((call) => call.name === name) ?? [];
  return [...new Set(calls.flatMap(({ origins }) => origins))];
}

function diffSets(before: readonly string[], after: readonly string[]): SetChange {
  return {
    added: after.filter((item) => !before.includes(item)).sort(compareText),
    removed: before.filter((item) => !after.includes(item)).sort(compareText),
  };
}

function pair(before: string, after: string): { before: string; after: string } | null {
  return before === after ? null : { before, after };
}

/** Null where one side doesn't say: nothing is known to have changed. */
function recordedPair(
  before: ProfileDocument,
  after: ProfileDocument,
  of: (newest: Revision) => string,
): { before: string; after: string } | null {
  if (!before.recorded || !after.recorded) return null;
  return pair(of(before.recorded.revisions[0]), of(after.recorded.revisions[0]));
}
