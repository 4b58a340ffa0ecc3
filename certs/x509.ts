/** Certificates: keys by node:crypto (node-forge's own generator takes seconds), everything X.509 by node-forge. */
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';
import type { KeyedCertificate } from './certificate-state.ts';
import { randomSerial } from './serial.ts';

interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** node-forge signs with RSA only; 2048 bits outlive a one-year authority by every current recommendation (NIST SP 800-57). */
const MODULUS_BITS = 2048;

/** A self-signed authority that may sign leaf certificates and nothing below. */
export async function issueAuthority(validity: Validity): Promise<KeyedCertificate> {
  const keyPem = await generateKey();
  const key = forge.pki.privateKeyFromPem(keyPem);
  const certificate = prepare(validity, key);
  // Two authorities in one bundle must not share a name, or a verifier may try the wrong one.
  certificate.setSubject(commonName(`flak-ca-${certificate.serialNumber.slice(-8)}`));
  certificate.setIssuer(certificate.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  certificate.sign(key, forge.md.sha256.create());
  return { certificatePem: toPem(certificate), keyPem };
}

/** A server's certificate for these DNS names, at least one. It never outlives its authority. */
export async function issueServing(
  authority: KeyedCertificate,
  names: readonly string[],
  validity: Validity,
): Promise<KeyedCertificate> {
  const keyPem = await generateKey();
  const issuer = forge.pki.certificateFromPem(authority.certificatePem);
  const notAfterMs = Math.min(validity.notAfterMs, issuer.validity.notAfter.getTime());
  const certificate = prepare({ ...validity, notAfterMs }, forge.pki.privateKeyFromPem(keyPem));
  certificate.setSubject(commonName(names[0] ?? ''));
  certificate.setIssuer(issuer.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: names.map((value) => ({ type: DNS_NAME, value })) },
    { name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() },
    { name: 'subjectKeyIdentifier' },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(authority.keyPem), forge.md.sha256.create());
  return { certificatePem: toPem(certificate), keyPem };
}

/** GeneralName's tag for dNSName, RFC 5280 section 4.2.1.6. */
const DNS_NAME = 2;

function prepare({ notBeforeMs, notAfterMs }: Validity, key: forge.pki.rsa.PrivateKey): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = randomSerial();
  certificate.validity = { notBefore: new Date(notBeforeMs), notAfter: new Date(notAfterMs) };
  return certificate;
}

async function generateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: MODULUS_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return privateKey;
}

function commonName(value: string): forge.pki.CertificateField[] {
  return [{ name: 'commonName', value }];
}

/** node-forge ends its lines with CRLF. */
function toPem(certificate: forge.pki.Certificate): string {
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}
