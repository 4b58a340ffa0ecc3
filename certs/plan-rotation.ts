/** Which step the certificates need next. Pure. */

export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface RotationFacts {
  /** Oldest first, one or two. */
  readonly authorities: readonly Validity[];
  readonly serving: Validity;
  /** Which of the authorities signed the serving certificate; -1 for none of them. */
  readonly signer: number;
  /** The serving certificate is for the names that are configured. */
  readonly namesMatch: boolean;
  /** The present bundle has been in place everywhere for the settling time. */
  readonly bundleSettled: boolean;
  /** The present certificate has been served for the settling time. */
  readonly servingSettled: boolean;
}

export type RotationStep =
  | { readonly kind: 'none' }
  /** Nothing is left that anyone could trust. */
  | { readonly kind: 'start-over' }
  /** Into the bundle; nothing signed by it is served yet. */
  | { readonly kind: 'add-authority' }
  | { readonly kind: 'issue-serving'; readonly signer: number }
  /** The oldest leaves the bundle. */
  | { readonly kind: 'drop-authority' };

/**
 * The order that keeps every client able to verify what is served: first both authorities are in the bundle, then, settled, the new one signs, then,
 * settled, the old one goes.
 */
export function planRotation(facts: RotationFacts, nowMs: number): RotationStep {
  const { authorities, serving, signer, namesMatch } = facts;
  const newest = authorities.length - 1;
  if (isExpired(authorities[newest], nowMs)) return { kind: 'start-over' };
  if (signer === -1 || isExpired(authorities[signer], nowMs)) return { kind: 'issue-serving', signer: newest };
  if (signer < newest && facts.bundleSettled) return { kind: 'issue-serving', signer: newest };
  if (!namesMatch || isDue(serving, nowMs)) return { kind: 'issue-serving', signer };
  if (signer > 0) return facts.servingSettled ? { kind: 'drop-authority' } : { kind: 'none' };
  return newest === 0 && isDue(authorities[0], nowMs) ? { kind: 'add-authority' } : { kind: 'none' };
}

/** A third of its life is left to repair whatever keeps the next one from being made. */
function isDue(validity: Validity | undefined, nowMs: number): boolean {
  if (validity === undefined) return true;
  const { notBeforeMs, notAfterMs } = validity;
  return nowMs >= notBeforeMs + ((notAfterMs - notBeforeMs) * 2) / 3;
}

function isExpired(validity: Validity | undefined, nowMs: number): boolean {
  return validity === undefined || nowMs >= validity.notAfterMs;
}
