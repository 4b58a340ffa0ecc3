import assert from 'node:assert/strict';
import { issueState } from '../../../../certs/issue-state.ts';
import { DEFAULT_LIVES, type CertificateState } from '../../../../certs/certificate-state.ts';
import { secretStore } from '../../../../webhook/kube/certificate-secret.ts';
import { FakeResource } from './fake-resource.ts';

describe('the Secret of the certificates', function () {
  let state: CertificateState;
  let secrets: FakeResource;
  before(async () => {
    state = await issueState({ lives: DEFAULT_LIVES, names: ['flak.flak-system.svc'] }, Date.now());
  });
  beforeEach(() => {
    secrets = new FakeResource();
  });

  it('gives back what was put into it', async () => {
    const store = secretStore(secrets);
    assert.equal(await store.read(), undefined);
    assert.equal(await store.create(state), 'created');
    assert.deepEqual((await store.read())?.state, state);
  });

  it('is made by whoever comes first', async () => {
    assert.equal(await secretStore(secrets).create(state), 'created');
    assert.equal(await secretStore(secrets).create(state), 'exists');
  });

  it('is replaced only from the version that was read', async () => {
    const store = secretStore(secrets);
    await store.create(state);
    const { version } = (await store.read()) ?? assert.fail();
    assert.equal(await store.replace(state, version), 'replaced');
    assert.equal(await store.replace(state, version), 'conflict');
    secrets.objects.clear();
    assert.equal(await store.replace(state, version), 'conflict');
  });

  it('with nothing usable in it is there, but unreadable', async () => {
    for (const data of [undefined, {}, { 'ca.crt': 'eA==' }]) {
      secrets.put({ metadata: { name: 'flak-certificates' }, data });
      const stored = await secretStore(secrets).read();
      assert.ok(stored !== undefined && stored.state === undefined && stored.version !== '');
    }
  });

  it('that cannot be reached is a failure that says so', async () => {
    const store = secretStore(secrets);
    const refused = { kind: 'refused', status: 403, message: 'forbidden' } as const;
    secrets.nextOutcomes = [refused, refused, refused];
    await assert.rejects(store.read(), /flak-certificates could not be read: refused \(403\)/);
    await assert.rejects(store.create(state), /could not be created/);
    await assert.rejects(store.replace(state, '1'), /could not be replaced/);
  });
});
