import assert from 'node:assert/strict';
import { environment } from '../../../cli/ending.ts';
import { FINALIZER } from '../../../webhook/names.ts';
import { FakeCluster, runAgainst, storedProfile } from './fakes.ts';
import type { StoredObject } from './fakes.ts';

const named = (...names: string[]): StoredObject[] => names.map((name) => ({ metadata: { name } }));

function installed(): FakeCluster {
  return new FakeCluster({
    syscallprofiles: [storedProfile('deployment-web-nginx', 'Deployment', 'web', 'nginx')],
    pods: [{ metadata: { name: 'web-1', namespace: 'shop', finalizers: ['a.example/x'] } }],
    namespaces: named('flak-system', 'flak-probe', 'shop-of-flak'),
    mutatingwebhookconfigurations: named('flak'),
    validatingwebhookconfigurations: named('flak-uninstall'),
    customresourcedefinitions: named('traces.flak.dev', 'syscallprofiles.flak.dev'),
    clusterroles: named('flak-webhook', 'someone-elses'),
    clusterrolebindings: named('flak-webhook'),
    validatingadmissionpolicies: named('flak-pods'),
    validatingadmissionpolicybindings: named('flak-pods'),
    priorityclasses: named('flak-tracer'),
  });
}

describe('flak uninstall', () => {
  it('writes the profiles first: each as the object it was and as the file that runtimes take', async () => {
    const cluster = installed();
    const { code, files, notes } = await runAgainst(cluster, 'uninstall --export kept');
    assert.equal(code, 0);
    assert.deepEqual(
      [...files.keys()],
      ['kept/shop/deployment-web-nginx.json', 'kept/shop/deployment-web-nginx.seccomp.json'],
    );
    const [profile] = installed().objects['syscallprofiles'] ?? [];
    assert.deepEqual(JSON.parse(files.get('kept/shop/deployment-web-nginx.json') ?? ''), {
      apiVersion: 'flak.dev/v1alpha1',
      kind: 'SyscallProfile',
      ...profile,
    });
    assert.match(notes, /^exported 1 profiles to kept\/\n/);
  });

  it('removes nothing when the export fails', async () => {
    const cluster = installed();
    const writeFolder = () => Promise.resolve(environment('the disk is full.'));
    assert.equal((await runAgainst(cluster, 'uninstall', { writeFolder })).code, 3);
    cluster.objects['syscallprofiles']?.push({ metadata: { name: 'foreign' } });
    const { code, notes } = await runAgainst(cluster, 'uninstall');
    assert.equal(code, 3);
    assert.match(notes, /cannot export/);
    assert.deepEqual(cluster.removals, []);
  });

  it('exports what running traces left when they were released, before the CRDs go', async () => {
    const cluster = installed();
    cluster.onRemove = (plural, name) => {
      if (name === 'flak-probe') cluster.objects['syscallprofiles']?.push(storedProfile('pod-p-c', 'Pod', 'p', 'c'));
      if (plural === 'customresourcedefinitions') cluster.objects['syscallprofiles'] = [];
    };
    const { files, out, notes } = await runAgainst(cluster, 'uninstall -o json');
    assert.equal(files.size, 4);
    assert.ok(files.has('flak-profiles/shop/pod-p-c.seccomp.json'));
    assert.match(notes, /exported 1 profiles[^]*removed namespaces\/flak-probe\nexported 1 profiles/);
    assert.equal((JSON.parse(out) as { exportedProfiles: number }).exportedProfiles, 2);
  });

  it('keeps the CRDs where that second export fails', async () => {
    const cluster = installed();
    cluster.onRemove = (_plural, name) => {
      if (name === 'flak-probe') cluster.objects['syscallprofiles']?.push(storedProfile('pod-p-c', 'Pod', 'p', 'c'));
    };
    const addToFolder = () => Promise.resolve(environment('the disk is full.'));
    assert.equal((await runAgainst(cluster, 'uninstall', { addToFolder })).code, 3);
    assert.deepEqual(cluster.objects['customresourcedefinitions']?.length, 2);
  });

  it('exports a profile without a status as the object alone, and nothing where nothing is stored', async () => {
    const cluster = installed();
    cluster.objects['syscallprofiles'] = [{ ...storedProfile('pod-p-c', 'Pod', 'p', 'c'), status: undefined }];
    assert.deepEqual([...(await runAgainst(cluster, 'uninstall')).files.keys()], ['flak-profiles/shop/pod-p-c.json']);
    const empty = installed();
    empty.objects['syscallprofiles'] = [];
    assert.equal((await runAgainst(empty, 'uninstall')).files.size, 0);
  });

  it('throws profiles away only when told so, and not both', async () => {
    const cluster = installed();
    assert.equal((await runAgainst(cluster, 'uninstall --discard-profiles --export kept')).code, 2);
    assert.deepEqual(cluster.removals, []);
    const { code, files } = await runAgainst(cluster, 'uninstall --discard-profiles');
    assert.deepEqual([code, files.size], [0, 0]);
  });

  it('stops new gates, then has running traces released, before anything that Flak needs goes', async () => {
    const cluster = installed();
    const { notes } = await runAgainst(cluster, 'uninstall --discard-profiles');
    assert.deepEqual(cluster.removals, [
      'mutatingwebhookconfigurations/flak',
      'namespaces/flak-probe',
      'validatingwebhookconfigurations/flak-uninstall',
      'customresourcedefinitions/traces.flak.dev',
      'customresourcedefinitions/syscallprofiles.flak.dev',
      'namespaces/flak-system',
      'clusterrolebindings/flak-webhook',
      'clusterroles/flak-webhook',
      'validatingadmissionpolicybindings/flak-pods',
      'validatingadmissionpolicies/flak-pods',
      'priorityclasses/flak-tracer',
    ]);
    for (const removal of cluster.removals) assert.ok(notes.includes(`removed ${removal}\n`), removal);
    assert.match(notes, /Flak is removed\.\n$/);
  });

  it('takes off finalizers that a dead control plane left, and no others', async () => {
    const cluster = installed();
    cluster.objects['pods']?.push(
      { metadata: { name: 'web-2', namespace: 'shop', finalizers: ['a.example/x', FINALIZER, 'b.example/y'] } },
      { metadata: { name: 'web-3', namespace: 'shop', finalizers: [FINALIZER] } },
    );
    // Somebody else is faster once.
    cluster.answers.set('patch pods/web-2', [{ kind: 'conflict' }]);
    const { code, notes } = await runAgainst(cluster, 'uninstall --discard-profiles');
    assert.equal(code, 0);
    assert.deepEqual(
      cluster.objects['pods']?.map(({ metadata }) => metadata.finalizers),
      [['a.example/x'], ['a.example/x', 'b.example/y'], []],
    );
    assert.match(notes, /finalizer off pod shop\/web-2/);
  });

  it('goes on where a pod is gone meanwhile, and stops where it may not change pods', async () => {
    const cluster = installed();
    const held = { metadata: { name: 'web-2', namespace: 'shop', finalizers: [FINALIZER] } };
    cluster.objects['pods']?.push(held);
    cluster.answers.set('patch pods/web-2', [{ kind: 'refused', status: 403, message: 'forbidden' }]);
    const refused = await runAgainst(cluster, 'uninstall --discard-profiles');
    assert.equal(refused.code, 3);
    assert.match(refused.notes, /could not take the finalizer off pod shop\/web-2: forbidden/);
    assert.ok(!cluster.removals.includes('customresourcedefinitions/traces.flak.dev'));
    cluster.answers.set('list pods', [{ kind: 'try-later', afterMs: 1, message: 'down' }]);
    assert.equal((await runAgainst(cluster, 'uninstall --discard-profiles')).code, 3);
  });

  it('tries again while the API server holds the request', async () => {
    const cluster = installed();
    const busy = { kind: 'try-later', afterMs: 1, message: 'timed out' } as const;
    cluster.answers.set('remove namespaces/flak-probe', [busy, busy, { kind: 'conflict' }]);
    const { code, sleptMs } = await runAgainst(cluster, 'uninstall --discard-profiles');
    assert.deepEqual([code, sleptMs], [0, 1500]);
  });

  it('goes on without a control plane that never answers', async () => {
    const cluster = installed();
    const busy = { kind: 'try-later', afterMs: 1, message: 'timed out' } as const;
    const stuck = Array.from({ length: 1000 }, () => busy);
    cluster.answers.set('remove namespaces/flak-probe', stuck);
    cluster.onRemove = (plural) => {
      if (plural === 'validatingwebhookconfigurations') stuck.length = 0;
    };
    const { code, notes } = await runAgainst(cluster, 'uninstall --discard-profiles');
    assert.equal(code, 0);
    assert.match(notes, /Flak does not answer; going on without it/);
    assert.ok(cluster.removals.includes('namespaces/flak-probe'));
  });

  it('says what is left at its deadline, with code 1', async () => {
    const cluster = installed();
    cluster.objects['namespaces']?.push({
      metadata: { name: 'flak-stuck', deletionTimestamp: '2025-01-01T00:00:00Z' },
    });
    const { code, out, notes, sleptMs } = await runAgainst(cluster, 'uninstall --discard-profiles --timeout 5 -o json');
    assert.deepEqual([code, sleptMs], [1, 5000]);
    assert.match(notes, /still there after 5 s: namespaces\/flak-stuck/);
    assert.ok(!cluster.removals.includes('namespaces/flak-stuck'), 'is deleted twice');
    const answer = JSON.parse(out) as { left: string[]; removed: string[]; exportedProfiles: number };
    assert.deepEqual([answer.left, answer.exportedProfiles], [['namespaces/flak-stuck'], 0]);
    assert.deepEqual(answer.removed, cluster.removals);
  });

  it('stops with what to do where it may not, and finds nothing to do where nothing is installed', async () => {
    const cluster = installed();
    cluster.answers.set('remove clusterroles/flak-webhook', [{ kind: 'refused', status: 403, message: 'forbidden' }]);
    const refused = await runAgainst(cluster, 'uninstall --discard-profiles');
    assert.equal(refused.code, 3);
    assert.match(refused.notes, /could not delete clusterroles\/flak-webhook: forbidden \(403\); use an account/);
    for (const plural of ['syscallprofiles', 'clusterroles', 'priorityclasses']) {
      const failing = installed();
      failing.answers.set(`list ${plural}`, [{ kind: 'refused', status: 403, message: 'forbidden' }]);
      assert.equal((await runAgainst(failing, 'uninstall')).code, 3, plural);
    }
    const nothing = await runAgainst(new FakeCluster({ pods: [] }), 'uninstall');
    assert.equal(nothing.code, 0);
    assert.match(nothing.notes, /there was nothing of Flak to remove/);
  });
});
