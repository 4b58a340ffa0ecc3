/** Reads the facts of a rotation out of the certificates themselves. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { CertificateState, KeyedCertificate } from './certificate-state.ts';
import type { RotationFacts, Validity } from './plan-rotation.ts';

export type InspectedState = Omit<RotationFacts, 'bundleSettled' | 'servingSettled'>;

/** undefined when a certificate or key can't be parsed, or a key isn't the certificate's: the Secret was tampered with. */
export function inspectState(state: CertificateState, names: readonly string[]): InspectedState | undefined {
  const authorities = state.authorities.map(open);
  const serving = open(state.serving);
  if (serving === undefined || !authorities.every((authority) => authority !== undefined)) return undefined;
  return {
    authorities: authorities.map(validityOf),
    serving: validityOf(serving),
    signer: authorities.findIndex((authority) => serving.checkIssued(authority) && serving.verify(authority.publicKey)),
    namesMatch: serving.subjectAltName === names.map((name) => `DNS:${name}`).join(', '),
  };
}

function open({ certificatePem, keyPem }: KeyedCertificate): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(certificatePem);
    return certificate.checkPrivateKey(createPrivateKey(keyPem)) ? certificate : undefined;
  } catch {
    return undefined;
  }
}

function validityOf({ validFromDate, validToDate }: X509Certificate): Validity {
  return { notBeforeMs: validFromDate.getTime(), notAfterMs: validToDate.getTime() };
}
