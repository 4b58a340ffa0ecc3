import assert from 'node:assert/strict';
import { OWN_OBJECTS } from '../../../webhook/controller/own-object.ts';
import type { OwnObject } from '../../../webhook/controller/own-object.ts';
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

  it('are asked of the API server for exactly the objects that the entry flak-uninstall is about', () => {
    const [entry] = at(
      object('ValidatingWebhookConfiguration', OBJECTS.uninstallConfiguration),
      'webhooks',
    ) as unknown[];
    const rules = at(entry, 'rules') as { resources: string[]; apiGroups: string[]; apiVersions: string[] }[];
    const condition = String(at(entry, 'matchConditions', 0, 'expression'));
    const plurals = rules.flatMap(({ apiGroups, apiVersions, resources }) =>
      resources.map((plural) => `${[apiGroups[0], apiVersions[0]].filter((word) => word !== '').join('/')} ${plural}`),
    );
    const meant = baseObjects()
      .filter(({ metadata }) => condition.includes(`'${metadata.name}'`))
      .map(({ apiVersion, kind, metadata }) => [
        `${apiVersion} ${kind.toLowerCase()}s`,
        metadata.namespace ?? null,
        metadata.name,
      ])
      .filter(([plural]) => plurals.includes(String(plural)));
    assert.deepEqual(
      OWN_OBJECTS.map(({ kind, namespace, name }) =>
        JSON.stringify([`${kind.apiVersion} ${kind.plural}`, namespace, name]),
      ).sort(),
      meant.map((each) => JSON.stringify(each)).sort(),
    );
  });

  it('suffice to read, by name, each object whose removal /uninstall is told of, and of RBAC nothing else', () => {
    const readable = ({ kind, namespace, name }: OwnObject): boolean => {
      const account = OBJECTS.controlPlaneServiceAccount;
      const local = namespace === null ? [] : rulesOf('Role', account, namespace);
      const group = kind.apiVersion.includes('/') ? (kind.apiVersion.split('/')[0] ?? '') : '';
      return [...rulesOf('ClusterRole', account), ...local].some(
        ({ apiGroups, resources, verbs, resourceNames }) =>
          apiGroups.includes(group) &&
          resources.includes(kind.plural) &&
          verbs.includes('get') &&
          (kind.plural === 'namespaces' ? resourceNames === undefined : resourceNames?.includes(name)),
      );
    };
    assert.deepEqual(
      OWN_OBJECTS.filter((each) => !readable(each)),
      [],
    );
    const onRbac = roles
      .flatMap((role) => at(role, 'rules') as Rule[])
      .filter(({ apiGroups }) => apiGroups.includes('rbac.authorization.k8s.io'));
    for (const { verbs, resourceNames } of onRbac)
      assert.deepEqual([verbs, resourceNames], [['get'], [OBJECTS.controlPlaneServiceAccount]]);
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
