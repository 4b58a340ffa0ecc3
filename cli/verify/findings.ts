/** What a command did that its profile doesn't allow. Pure. */
import { isMadeByWorkload, PROFILED_ORIGINS } from '../../profile/calls.ts';
import type { OciProfile } from '../../profile/oci-profile.ts';
import { permissionOf } from '../../profile/permits.ts';
import type { Abi } from '../../profile/recording.ts';
import type { ProfiledCall, Revision } from '../../profile/syscall-profile.ts';
import type { LoggedCall } from '../../tracer/local/kernel-log.ts';
import { valuesOver } from '../../profile/call-values.ts';

export interface Finding {
  readonly abi: Abi;
  readonly name: string;
  /** Values of the watched arguments that no rule allows; empty where the call isn't allowed at all. */
  readonly values: readonly string[];
  /** When it was first made; null where it was only seen being denied. */
  readonly firstSeenAt: string | null;
  /** Programs that made it, where the kernel's log names them. */
  readonly programs: readonly string[];
}

/** Calls that were made in the run that only logs, and that the profile would deny; sorted as calls are. */
export function findingsOf({ calls }: Pick<Revision, 'calls'>, profile: OciProfile, native: Abi): Finding[] {
  return calls.filter(isMadeByWorkload).flatMap((call): Finding[] => {
    const values = valuesOver(call, PROFILED_ORIGINS);
    const known = values?.wide === true ? undefined : values;
    const permission = permissionOf(profile, native, { abi: call.abi, name: call.name, values: known });
    return permission.kind === 'denied' ? [findingOf(call, permission.tuples)] : [];
  });
}

/**
 * Calls that the filter denied in the run under the profile itself, but for those that a rule of the profile means to answer. They
 * show what the first run couldn't: values that were not recorded, and what a program tries only once something is denied.
 */
export function denialsOf({ calls }: Pick<Revision, 'calls'>, profile: OciProfile, native: Abi): Finding[] {
  const denied = calls.filter(
    ({ errno, origins }) => errno !== undefined && origins.some((o) => PROFILED_ORIGINS.includes(o)),
  );
  return denied
    .filter(({ abi, name }) => permissionOf(profile, native, { abi, name }).kind !== 'answered')
    .map((call) => findingOf(call, []));
}

/** Longest time between a call's first sight by the ledger and the audit line about it, whose clock ticks every 4 to 10 ms. */
const SAME_MOMENT_MS = 50;

/** The same, with the programs that the kernel's log names for them. */
export function withPrograms(findings: readonly Finding[], logged: readonly LoggedCall[]): Finding[] {
  return findings.map((finding) => {
    const firstMs = Date.parse(finding.firstSeenAt ?? '');
    const lines = logged.filter(
      (line) => keyOf(line) === keyOf(finding) && Math.abs(line.at.getTime() - firstMs) <= SAME_MOMENT_MS,
    );
    return { ...finding, programs: [...new Set(lines.map(({ program }) => program))].sort() };
  });
}

/** Of both runs, each call once. */
export function unionOfFindings(first: readonly Finding[], second: readonly Finding[]): Finding[] {
  const known = new Set(first.map(keyOf));
  return [...first, ...second.filter((finding) => !known.has(keyOf(finding)))];
}

function keyOf({ abi, name }: Pick<Finding, 'abi' | 'name'>): string {
  return `${abi} ${name}`;
}

function findingOf({ abi, name, firstSeenAt }: ProfiledCall, values: readonly string[]): Finding {
  return { abi, name, values, firstSeenAt: firstSeenAt ?? null, programs: [] };
}
