/** A throw-away certificate authority for tests over real TLS. */
import forge from 'node-forge';

export interface TestAuthority {
  /** PEM. */
  readonly ca: string;
  /** A serving certificate for that DNS name. */
  issue(serverName: string): { readonly key: string; readonly cert: string };
}

let serial = 1;

function certify(
  subject: string,
  keys: forge.pki.rsa.KeyPair,
  issuer: { readonly name: string; readonly key: forge.pki.rsa.PrivateKey },
  extensions: object[],
): string {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  certificate.serialNumber = `01${(serial++).toString(16).padStart(6, '0')}`;
  certificate.validity.notBefore = new Date(Date.now() - 60_000);
  certificate.validity.notAfter = new Date(Date.now() + 3_600_000);
  certificate.setSubject([{ name: 'commonName', value: subject }]);
  certificate.setIssuer([{ name: 'commonName', value: issuer.name }]);
  certificate.setExtensions(extensions);
  certificate.sign(issuer.key, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}

export function createTestAuthority(name: string): TestAuthority {
  const keys = forge.pki.rsa.generateKeyPair(2048);
  const issuer = { name, key: keys.privateKey };
  const ca = certify(name, keys, issuer, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
  ]);
  return {
    ca,
    issue: (serverName) => {
      const own = forge.pki.rsa.generateKeyPair(2048);
      const cert = certify(serverName, own, issuer, [
        { name: 'subjectAltName', altNames: [{ type: 2, value: serverName }] },
        { name: 'extKeyUsage', serverAuth: true },
      ]);
      return { key: forge.pki.privateKeyToPem(own.privateKey), cert };
    },
  };
}
