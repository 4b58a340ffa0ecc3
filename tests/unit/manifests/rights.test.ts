import assert from 'node:assert/strict';
import { OBJECTS } from '../../../webhook/names.ts';
import { at, baseObjects, object } from './objects.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

function rulesOf(kind: 'Role' | 'ClusterRole', name: string, namespace?: string): readonly Rule[] {
  return at(object(kind, name, namespace), 'rules') as Rule[];
}

describe('rights in the manifests', () => {
  const roles = baseObjects().filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');

  it('name every group, resource and verb', () => {
    const words = roles
      .flatMap((role) => at(role, 'rules') as Rule[])
      .flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
    assert.deepEqual(
      words.filter((word) => word.includes('*')),
      [],
    );
  });

  it('hold nothing that makes more rights', () => {
    const escalating = ['escalate', 'bind', 'impersonate', 'approve', 'sign'];
    for (const role of roles) {
      for (const { resources, verbs } of at(role, 'rules') as Rule[]) {
        assert.deepEqual(
          verbs.filter((verb) => escalating.includes(verb)),
          [],
        );
        for (const resource of ['pods/exec', 'pods/ephemeralcontainers', 'serviceaccounts/token', 'nodes/proxy'])
          assert.ok(!resources.includes(resource), `${role.metadata.name}: ${resource}`);
      }
    }
  });

  it('reach Secrets, ConfigMaps, Leases and pod creation in namespaces of ours alone', () => {
    const clusterWide = rulesOf('ClusterRole', OBJECTS.controlPlaneServiceAccount);
    for (const resource of ['secrets', 'configmaps', 'leases', 'deployments'])
      assert.ok(!clusterWide.some(({ resources }) => resources.includes(resource)), resource);
    const pods = clusterWide.filter(({ resources }) => resources.includes('pods')).flatMap(({ verbs }) => verbs);
    assert.deepEqual(pods, ['get', 'list', 'watch', 'patch']);
  });

  it('leave the tracers without any', () => {
    const bindings = baseObjects().filter(({ kind }) => kind.endsWith('RoleBinding'));
    const bound = bindings.flatMap((binding) => at(binding, 'subjects') as { name: string }[]).map(({ name }) => name);
    assert.deepEqual(new Set(bound), new Set([OBJECTS.controlPlaneServiceAccount]));
  });

  it('mount no token by default', () => {
    for (const account of baseObjects().filter(({ kind }) => kind === 'ServiceAccount'))
      assert.equal(at(account, 'automountServiceAccountToken'), false, account.metadata.name);
  });

  it('let users read and throw away, never write', () => {
    const view = rulesOf('ClusterRole', 'flak-view').flatMap(({ verbs }) => verbs);
    const edit = rulesOf('ClusterRole', 'flak-edit').flatMap(({ verbs }) => verbs);
    assert.deepEqual([...view, ...edit], ['get', 'list', 'watch', 'delete', 'deletecollection']);
  });
});
