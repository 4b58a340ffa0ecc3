/** What all replicas share: the certificate authorities, the serving certificate, and the key that signs trace-ids. */
import { z } from 'zod';

export interface KeyedCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface CertificateState {
  /** Oldest first; two while one takes over from the other. */
  readonly authorities: readonly [KeyedCertificate, ...KeyedCertificate[]];
  readonly serving: KeyedCertificate;
  /** 32 random bytes, base64. Lives as long as the Secret: signatures are good for seconds only. */
  readonly traceIdKey: string;
}

export interface Lives {
  readonly authorityMs: number;
  readonly servingMs: number;
  /**
   * How long everyone gets to see a new authority before a certificate of it is served, and a new certificate before the
   * old authority goes: longer than any replica's check, a watch of the API server, and the kubelet's refresh of a ConfigMap volume
   * (sync period 60 s plus its cache's 60 s).
   */
  readonly settleMs: number;
  /** Certificates begin this long ago, for readers whose clock is slow. */
  readonly backdateMs: number;
}

const HOUR_MS = 3_600_000;

/**
 * A year for the authority: its certificate is public, its key stays in the Secret beside the serving key, so a shorter life
 * would protect nothing. A week for the serving certificate: a stolen one is soon worthless, and a control plane that was down over a
 * weekend comes back with one that is still good.
 */
export const DEFAULT_LIVES: Lives = {
  authorityMs: 365 * 24 * HOUR_MS,
  servingMs: 7 * 24 * HOUR_MS,
  settleMs: HOUR_MS / 6,
  backdateMs: HOUR_MS / 12,
};

/** Names of the Secret's entries; the authorities' certificates and keys are concatenated in the same order. */
const entriesSchema = z.object({
  'ca.crt': z.string(),
  'ca.key': z.string(),
  'tls.crt': z.string(),
  'tls.key': z.string(),
  'trace-id.key': z.base64().length(44),
});
export type CertificateEntries = z.infer<typeof entriesSchema>;

/** The PEM file for everyone who has to trust the serving certificate. */
export function caBundle({ authorities }: CertificateState): string {
  return authorities.map(({ certificatePem }) => certificatePem).join('');
}

export function toEntries(state: CertificateState): CertificateEntries {
  return {
    'ca.crt': caBundle(state),
    'ca.key': state.authorities.map(({ keyPem }) => keyPem).join(''),
    'tls.crt': state.serving.certificatePem,
    'tls.key': state.serving.keyPem,
    'trace-id.key': state.traceIdKey,
  };
}

/** undefined for entries that are incomplete or don't fit together in number; their contents are judged elsewhere. */
export function fromEntries(entries: unknown): CertificateState | undefined {
  const parsed = entriesSchema.safeParse(entries);
  if (!parsed.success) return undefined;
  const keys = splitPem(parsed.data['ca.key']);
  const [first, ...rest] = splitPem(parsed.data['ca.crt']).map((certificatePem, i) => ({
    certificatePem,
    keyPem: keys[i] ?? '',
  }));
  if (first === undefined || keys.length !== rest.length + 1) return undefined;
  return {
    authorities: [first, ...rest],
    serving: { certificatePem: parsed.data['tls.crt'], keyPem: parsed.data['tls.key'] },
    traceIdKey: parsed.data['trace-id.key'],
  };
}

function splitPem(text: string): string[] {
  return text.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----\n?/g) ?? [];
}
