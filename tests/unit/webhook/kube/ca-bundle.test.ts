import assert from 'node:assert/strict';
import { announceBundle } from '../../../../webhook/kube/ca-bundle.ts';
import type { Outcome } from '../../../../webhook/kube/outcome.ts';
import { FakeResource } from './fake-resource.ts';

const BUNDLE = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
const ENCODED = Buffer.from(BUNDLE).toString('base64');

function cluster() {
  const [mutating, validating, configMaps, services] = [0, 1, 2, 3].map(() => new FakeResource()) as [
    FakeResource,
    FakeResource,
    FakeResource,
    FakeResource,
  ];
  const service = { name: 'flak', namespace: 'flak-system', path: '/mutate' };
  mutating.put({
    metadata: { name: 'flak' },
    webhooks: [
      { name: 'pod-label.flak.dev', clientConfig: { service }, timeoutSeconds: 5 },
      { name: 'annotation.flak.dev', clientConfig: { service, caBundle: 'b2xk' } },
    ],
  });
  validating.put({
    metadata: { name: 'flak-uninstall' },
    webhooks: [{ name: 'uninstall.flak.dev', clientConfig: {} }],
  });
  services.put({
    metadata: { name: 'flak' },
    spec: { clusterIP: '10.96.0.17', ports: [{ name: 'https', port: 443 }] },
  });
  return { mutating, validating, configMaps, services };
}

const entries = (resource: FakeResource, name: string): unknown[] =>
  (resource.objects.get(name)?.['webhooks'] as unknown[] | undefined) ?? [];

describe('announcing the bundle', () => {
  it('writes it into every entry, changing nothing else, and tells the tracers where to connect', async () => {
    const kube = cluster();
    assert.equal(await announceBundle(kube, BUNDLE), 'changed');
    const service = { name: 'flak', namespace: 'flak-system', path: '/mutate' };
    assert.deepEqual(entries(kube.mutating, 'flak'), [
      { name: 'pod-label.flak.dev', clientConfig: { service, caBundle: ENCODED }, timeoutSeconds: 5 },
      { name: 'annotation.flak.dev', clientConfig: { service, caBundle: ENCODED } },
    ]);
    assert.deepEqual(entries(kube.validating, 'flak-uninstall'), [
      { name: 'uninstall.flak.dev', clientConfig: { caBundle: ENCODED } },
    ]);
    assert.deepEqual(kube.configMaps.objects.get('flak-endpoint')?.['data'], {
      'ca.crt': BUNDLE,
      address: '10.96.0.17',
      port: '443',
    });
  });

  it('writes nothing where everything carries it already', async () => {
    const kube = cluster();
    await announceBundle(kube, BUNDLE);
    const written = Object.values(kube).map(({ writes }) => writes.length);
    assert.equal(await announceBundle(kube, BUNDLE), 'unchanged');
    assert.deepEqual(
      Object.values(kube).map(({ writes }) => writes.length),
      written,
    );
  });

  it('repairs what somebody took away, and that alone', async () => {
    const kube = cluster();
    await announceBundle(kube, BUNDLE);
    kube.configMaps.put({ metadata: { name: 'flak-endpoint' }, data: { address: '10.96.0.17' } });
    assert.equal(await announceBundle(kube, BUNDLE), 'changed');
    assert.deepEqual([kube.mutating.writes.length, kube.configMaps.writes.at(-1)], [1, 'merge flak-endpoint']);
  });

  for (const missing of ['mutating', 'validating', 'services'] as const) {
    it(`is incomplete without ${missing}, yet reaches the others`, async () => {
      const kube = cluster();
      kube[missing].objects.clear();
      assert.equal(await announceBundle(kube, BUNDLE), 'incomplete');
      const others = [kube.mutating, kube.validating].filter((resource) => resource !== kube[missing]);
      assert.ok(others.every(({ writes }) => writes.length === 1));
    });
  }

  it('is incomplete while the Service has no port, and when an object goes away under it', async () => {
    const kube = cluster();
    kube.services.put({ metadata: { name: 'flak' }, spec: { clusterIP: '10.96.0.17', ports: [] } });
    assert.equal(await announceBundle(kube, BUNDLE), 'incomplete');
    const going = cluster();
    await announceBundle(going, BUNDLE);
    going.configMaps.put({ metadata: { name: 'flak-endpoint' }, data: {} });
    const found = await going.configMaps.get('flak-system', 'flak-endpoint');
    going.configMaps.nextOutcomes = [found, { kind: 'not-found' }];
    assert.equal(await announceBundle(going, BUNDLE), 'incomplete');
  });

  it('counts as changed when another replica wrote at the same time', async () => {
    for (const outcome of [{ kind: 'conflict' }, { kind: 'already-exists' }] as Outcome<unknown>[]) {
      const kube = cluster();
      kube.configMaps.nextOutcomes = [{ kind: 'not-found' }, outcome];
      assert.equal(await announceBundle(kube, BUNDLE), 'changed');
    }
  });

  it('fails with the name of what could not be read or written', async () => {
    const unread = cluster();
    unread.mutating.nextOutcomes = [{ kind: 'try-later', afterMs: 1, message: 'overloaded' }];
    await assert.rejects(announceBundle(unread, BUNDLE), /flak could not be read: try later: overloaded/);
    const unwritten = cluster();
    unwritten.configMaps.nextOutcomes = [{ kind: 'not-found' }, { kind: 'refused', status: 403, message: 'no' }];
    await assert.rejects(announceBundle(unwritten, BUNDLE), /flak-endpoint could not be written: refused \(403\): no/);
  });
});
