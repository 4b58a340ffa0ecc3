/** Carries out one step of a rotation: the state that comes after it. */
import { randomBytes } from 'node:crypto';
import type { CertificateState, KeyedCertificate, Lives } from './certificate-state.ts';
import type { RotationStep, Validity } from './plan-rotation.ts';
import { issueAuthority, issueServing } from './x509.ts';

export interface IssueSettings {
  readonly lives: Lives;
  /** DNS names of the serving certificate. */
  readonly names: readonly string[];
}

/** @param traceIdKey the one in use, if there is one: replacing the certificates is no reason to replace it. */
export async function issueState(
  { lives, names }: IssueSettings,
  nowMs: number,
  traceIdKey: string = randomBytes(32).toString('base64'),
): Promise<CertificateState> {
  const authority = await issueAuthority(validityFrom(nowMs, lives.authorityMs, lives));
  const serving = await issueServing(authority, names, validityFrom(nowMs, lives.servingMs, lives));
  return { authorities: [authority], serving, traceIdKey };
}

export async function carryOut(
  step: Exclude<RotationStep, { kind: 'none' }>,
  state: CertificateState,
  settings: IssueSettings,
  nowMs: number,
): Promise<CertificateState> {
  const { lives, names } = settings;
  switch (step.kind) {
    case 'start-over':
      return issueState(settings, nowMs, state.traceIdKey);
    case 'add-authority': {
      const next = await issueAuthority(validityFrom(nowMs, lives.authorityMs, lives));
      return { ...state, authorities: [...state.authorities, next] };
    }
    case 'issue-serving': {
      const signer = state.authorities[step.signer] ?? state.authorities[0];
      return { ...state, serving: await issueServing(signer, names, validityFrom(nowMs, lives.servingMs, lives)) };
    }
    case 'drop-authority':
      return { ...state, authorities: withoutOldest(state.authorities) };
  }
}

function validityFrom(nowMs: number, lifeMs: number, { backdateMs }: Lives): Validity {
  return { notBeforeMs: nowMs - backdateMs, notAfterMs: nowMs + lifeMs };
}

function withoutOldest([oldest, next, ...rest]: CertificateState['authorities']): readonly [
  KeyedCertificate,
  ...KeyedCertificate[],
] {
  return next === undefined ? [oldest] : [next, ...rest];
}
