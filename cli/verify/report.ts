/** What a verification found, for programs and for people. Pure. */
import { nameOfTuple } from '../../profile/value-names.ts';
import type { PartialReason } from '../../profile/recording.ts';
import type { Finding } from './findings.ts';

export interface Verification {
  readonly profile: string;
  readonly findings: readonly Finding[];
  /** Exit code of the run whose denials were only logged. */
  readonly loggedCode: number;
  /** Exit code under the profile itself; null where the program could not even be executed. */
  readonly enforcedCode: number | null;
  /** Why the first run may have gone unseen in part. */
  readonly reasons: readonly PartialReason[];
}

/** `-o json`; docs/cli.md. */
export interface VerifyReport extends Verification {
  readonly verified: boolean;
  /** The program ended under the profile as it did without: what was denied, it can do without, at least in this run. */
  readonly tolerated: boolean;
}

export function toReport(verification: Verification): VerifyReport {
  const { findings, loggedCode, enforcedCode, reasons } = verification;
  const tolerated = loggedCode === enforcedCode;
  return { ...verification, tolerated, verified: findings.length === 0 && tolerated && reasons.length === 0 };
}

export function describe({ findings, verified, tolerated, loggedCode, enforcedCode, reasons }: VerifyReport): string[] {
  if (verified)
    return ['flak: verified: everything that the command did is allowed, and under the profile it ended the same.'];
  const outcome =
    enforcedCode === null
      ? 'under the profile it could not even be executed'
      : tolerated
        ? 'the program tolerated it, and ended the same'
        : `under the profile it ended with ${enforcedCode} instead of ${loggedCode}`;
  return [
    ...findings.map(describeFinding),
    ...reasons.map((reason) => `flak: something may have gone unseen: ${reason}`),
    `flak: ${findings.length} not allowed; ${outcome}.`,
  ];
}

export function describeFinding({ abi, name, values, firstSeenAt, programs }: Finding): string {
  const named = values.slice(0, 4).map((tuple) => nameOfTuple(abi, name, tuple));
  const which = values.length > 0 ? `${name}(${named.join('; ')}${values.length > 4 ? '; …' : ''})` : name;
  const who = programs.length > 0 ? ` by ${programs.join(', ')}` : '';
  const when = firstSeenAt === null ? '' : ` at ${firstSeenAt}`;
  return `flak: not allowed: ${abi === 'x86_64' || abi === 'aarch64' ? '' : `${abi} `}${which}${who}${when}`;
}
