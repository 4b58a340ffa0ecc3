import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { parse } from 'yaml';
import { createAuthority, issue } from '../../cluster/certificates/issue.ts';
import { kubeconfig } from '../../cluster/certificates/kubeconfig.ts';
import { SUBJECTS } from '../../cluster/certificates/subjects.ts';

describe("the cluster's certificates", () => {
  it('are signed by their authority, fit their key and carry the names that clients check', async () => {
    const authority = await createAuthority('authority');
    const issued = await issue(authority, SUBJECTS['api-server']);
    const certificate = new X509Certificate(issued.certificate);
    const issuer = new X509Certificate(authority.certificate);
    assert.ok(certificate.checkIssued(issuer));
    assert.ok(certificate.verify(issuer.publicKey));
    assert.ok(certificate.checkPrivateKey(createPrivateKey(issued.key)));
    assert.equal(certificate.ca, false);
    assert.equal(issuer.ca, true);
    for (const address of SUBJECTS['api-server'].addresses) assert.ok(certificate.checkIP(address));
    assert.ok(certificate.checkHost('kubernetes.default.svc'));
    assert.equal(certificate.checkIP('192.0.2.1'), undefined);
  });

  it('name user and group as Kubernetes reads them', async () => {
    const issued = await issue(await createAuthority('authority'), SUBJECTS['flak-1'] ?? { commonName: '' });
    const { subject } = new X509Certificate(issued.certificate);
    assert.deepEqual(subject.split('\n').sort(), ['CN=system:node:flak-1', 'O=system:nodes']);
  });

  it('are all inside the kubeconfig', async () => {
    const authority = await createAuthority('authority');
    const client = await issue(authority, SUBJECTS.admin);
    const text = kubeconfig('https://198.19.255.1:16443', authority.certificate, 'admin', client);
    const { users, clusters } = parse(text) as {
      users: { user: Record<string, string> }[];
      clusters: { cluster: Record<string, string> }[];
    };
    const decode = (value = ''): string => Buffer.from(value, 'base64').toString();
    assert.equal(decode(users[0]?.user['client-certificate-data']), client.certificate);
    assert.equal(decode(users[0]?.user['client-key-data']), client.key);
    assert.equal(decode(clusters[0]?.cluster['certificate-authority-data']), authority.certificate);
  });
});
