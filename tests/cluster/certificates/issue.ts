import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { randomSerial } from '../../../certs/serial.ts';

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate says about its owner; Kubernetes reads user and groups from a client's. */
export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
}

/** The cluster is thrown away long before; a renewal is not foreseen. */
const LIFE_DAYS = 365;
/** A minute of a wrong clock doesn't matter on one machine; certificates made "now" must be valid now. */
const BACKDATE_MS = 60_000;

/** A self-signed certificate authority. */
export async function createAuthority(commonName: string): Promise<Certificate> {
  const { certificate, key } = await unsigned({ commonName });
  certificate.setIssuer(certificate.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  return sign(certificate, key, key);
}

/** A certificate for a server, a client, or both, signed by `authority`. */
export async function issue(authority: Certificate, subject: Subject): Promise<Certificate> {
  const { certificate, key } = await unsigned(subject);
  certificate.setIssuer(forge.pki.certificateFromPem(authority.certificate).subject.attributes);
  const names = [
    ...(subject.dnsNames ?? []).map((value) => ({ type: 2, value })),
    ...(subject.addresses ?? []).map((ip) => ({ type: 7, ip })),
  ];
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    ...(names.length === 0 ? [] : [{ name: 'subjectAltName', altNames: names }]),
  ]);
  return sign(certificate, key, authority.key);
}

/** A key pair for signing ServiceAccount tokens. */
export async function createKeyPair(): Promise<{ readonly publicKey: string; readonly key: string }> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return { publicKey, key: privateKey };
}

async function unsigned(subject: Subject): Promise<{ certificate: forge.pki.Certificate; key: string }> {
  const { publicKey, key } = await createKeyPair();
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = randomSerial();
  certificate.validity.notBefore = new Date(Date.now() - BACKDATE_MS);
  certificate.validity.notAfter = new Date(Date.now() + LIFE_DAYS * 86_400_000);
  certificate.setSubject([
    { name: 'commonName', value: subject.commonName },
    ...(subject.organization === undefined ? [] : [{ name: 'organizationName', value: subject.organization }]),
  ]);
  return { certificate, key };
}

function sign(certificate: forge.pki.Certificate, ownKey: string, signingKey: string): Certificate {
  certificate.sign(forge.pki.privateKeyFromPem(signingKey), forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(certificate), key: ownKey };
}
