import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Contribution, SyscallProfileStatus } from '../../../../profile/syscall-profile.ts';
import { createStoreProfile } from '../../../../webhook/kube/profiles.ts';
import { createResourceInMemory } from './resource-in-memory.ts';
import type { ResourceInMemory } from './resource-in-memory.ts';

const TARGET = {
  namespace: 'shop',
  workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  container: 'app',
  archive: false,
};

function contribution(traceUid: string, name: string): Contribution {
  return {
    imageDigest: 'app@sha256:1',
    image: 'app:1',
    contributor: {
      traceUid,
      pod: traceUid,
      node: 'n',
      kernel: '6.1',
      architecture: 'x86_64',
      runtime: 'runc',
      armedAt: '2026-01-01T00:00:00Z',
      endedAt: '2026-01-01T00:01:00Z',
      completeness: { level: 'observed', reasons: [], notes: [] },
    },
    calls: [{ abi: 'x86_64', name, origins: ['startup'] }],
  };
}

describe('storing what a trace adds to a profile', () => {
  let profiles: ResourceInMemory;

  const status = (namespace: string, name: string): SyscallProfileStatus => {
    const found = profiles.object(namespace, name)?.['status'];
    ok(found !== undefined, `${namespace}/${name}`);
    return found as SyscallProfileStatus;
  };
  const calls = ({ revisions }: SyscallProfileStatus): string[] => (revisions[0]?.calls ?? []).map(({ name }) => name);

  beforeEach(() => {
    profiles = createResourceInMemory();
  });

  it('makes the profile of a workload and container', async () => {
    const stored = await createStoreProfile(profiles)(TARGET, contribution('t1', 'read'));
    deepEqual(stored, { kind: 'ok', value: 'deployment-web-app' });
    deepEqual(calls(status('shop', 'deployment-web-app')), ['read']);
  });

  it('loses none of ten that are stored at once', async () => {
    const store = createStoreProfile(profiles);
    const names = ['read', 'write', 'open', 'close', 'stat', 'fstat', 'lstat', 'poll', 'lseek', 'mmap'];
    const outcomes = await Promise.all(names.map((name, index) => store(TARGET, contribution(`t${index}`, name))));
    ok(
      outcomes.every(({ kind }) => kind === 'ok'),
      JSON.stringify(outcomes),
    );
    const merged = status('shop', 'deployment-web-app');
    equal(merged.contributorCount, 10);
    deepEqual(calls(merged).sort(), [...names].sort());
  });

  it('counts a trace once however often it is stored', async () => {
    const store = createStoreProfile(profiles);
    await store(TARGET, contribution('t1', 'read'));
    await store(TARGET, contribution('t1', 'read'));
    equal(status('shop', 'deployment-web-app').contributorCount, 1);
  });

  it('never mixes two workloads whose profiles would have one name', async () => {
    const store = createStoreProfile(profiles);
    const web = { ...TARGET.workload, name: 'web-api' };
    await store({ ...TARGET, workload: web, container: 'app' }, contribution('t1', 'read'));
    const other = { ...TARGET, container: 'api-app' };
    const stored = await store(other, contribution('t2', 'mount'));
    ok(stored.kind === 'ok' && /^deployment-web-api-app-[0-9a-f]{8}$/.test(stored.value), JSON.stringify(stored));
    deepEqual(calls(status('shop', 'deployment-web-api-app')), ['read']);
    deepEqual(calls(status('shop', stored.value)), ['mount']);
    deepEqual(await store(other, contribution('t3', 'write')), stored);
    const foreign = { ...TARGET, workload: { ...web, apiVersion: 'apps.example/v1' } };
    equal((await store(foreign, contribution('t4', 'bpf'))).kind, 'ok');
    equal(status('shop', 'deployment-web-api-app').contributorCount, 1);
    const newer = { ...TARGET, workload: { ...web, apiVersion: 'apps/v2' } };
    deepEqual(await store(newer, contribution('t5', 'close')), { kind: 'ok', value: 'deployment-web-api-app' });
  });

  it('gives up after ten conflicts, to come back later', async () => {
    await createStoreProfile(profiles)(TARGET, contribution('t1', 'read'));
    profiles.before = () => {
      profiles.put('shop', structuredClone(profiles.object('shop', 'deployment-web-app') ?? {}));
    };
    equal((await createStoreProfile(profiles)(TARGET, contribution('t2', 'write'))).kind, 'conflict');
  });

  it("keeps a profile in Flak's own namespace when the target's is being deleted", async () => {
    const stored = await createStoreProfile(profiles)({ ...TARGET, archive: true }, contribution('t1', 'read'));
    deepEqual(stored, { kind: 'ok', value: 'flak-system/shop.deployment-web-app' });
    const archived = profiles.object('flak-system', 'shop.deployment-web-app');
    deepEqual(archived?.metadata['labels'], { 'flak.dev/archived-from': 'shop', 'app.kubernetes.io/part-of': 'flak' });
  });

  it('finds out by itself that the namespace is being deleted', async () => {
    const message =
      'profiles is forbidden: unable to create new content in namespace shop because it is being terminated';
    profiles.failNext.push({ kind: 'not-found' }, { kind: 'refused', status: 403, message });
    const stored = await createStoreProfile(profiles)(TARGET, contribution('t1', 'read'));
    deepEqual(stored, { kind: 'ok', value: 'flak-system/shop.deployment-web-app' });
  });

  it('does not overwrite a status of another form', async () => {
    const spec = { workload: TARGET.workload, container: TARGET.container };
    profiles.put('shop', { metadata: { name: 'deployment-web-app' }, spec, status: { seccomp: 7 } });
    equal((await createStoreProfile(profiles)(TARGET, contribution('t1', 'read'))).kind, 'refused');
    deepEqual(profiles.object('shop', 'deployment-web-app')?.['status'], { seccomp: 7 });
  });
});
