/** The stored profile as the demo prints it: how many calls, how complete, where each came from. Pure. */
import { describeCompleteness } from '../../profile/completeness.ts';
import { describeProbes } from '../../profile/describe-probes.ts';
import { effectsOf } from '../../profile/effect.ts';
import { ociProfileSchema } from '../../profile/oci-profile.ts';
import type { Origin } from '../../profile/recording.ts';
import type { ProfiledCall, SyscallProfileStatus } from '../../profile/syscall-profile.ts';

const ORIGIN_TEXT: Record<Origin, string> = {
  setup: 'container set-up by the runtime (not in the profile)',
  'runtime-filtered': 'set-up after the runtime loaded a filter (declared group)',
  startup: 'the workload itself, until it was ready',
  serving: 'the workload itself, once it was ready',
  'exec:probe': 'exec probes and lifecycle hooks',
  'exec:foreign': '`kubectl exec` (not in the profile)',
};

/** Words joined into lines of at most `width` columns, each indented. */
export function wrap(words: readonly string[], width: number, indent: string): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(`${indent}${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function namesOf(calls: readonly ProfiledCall[], origin: Origin): string[] {
  return [...new Set(calls.filter((call) => call.origins.includes(origin)).map(({ name }) => name))].sort();
}

/** Lines for a terminal of `width` columns. `status` is the SyscallProfile's; its newest revision is described. */
export function describeProfile(status: SyscallProfileStatus, width: number): string[] {
  const [revision] = status.revisions;
  if (revision === undefined) return ['The profile is empty: nothing was recorded.'];
  const probes = describeProbes(revision).flatMap((line) => wrap(line.split(' '), width, ''));
  const lines = [`${status.syscallCount} system calls`, describeCompleteness(revision), ...probes];
  for (const origin of ['startup', 'serving', 'exec:probe', 'exec:foreign', 'runtime-filtered', 'setup'] as const) {
    const names = namesOf(revision.calls, origin);
    if (names.length === 0) continue;
    lines.push('', `${ORIGIN_TEXT[origin]}: ${names.length}`, ...wrap(names, width, '  '));
  }
  const held = [...effectsOf(ociProfileSchema.parse(JSON.parse(status.seccomp)))].filter(
    ([, { kind }]) => kind === 'narrowed',
  );
  if (held.length > 0) lines.push('', `allowed with the arguments that were seen alone: ${held.length}`);
  for (const [name, { text }] of held) lines.push(...wrap(`${name}: ${text}`.split(' '), width, '  '));
  const denied = revision.calls.filter((call) => call.errno !== undefined);
  if (denied.length > 0) {
    const answers = denied.map(({ name, errno }) => `${name} (errno ${errno ?? 0})`);
    lines.push('', `denied by the pod's present filter, kept with their error number: ${denied.length}`);
    lines.push(...wrap(answers, width, '  '));
  }
  return lines;
}
