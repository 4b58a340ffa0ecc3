import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { filesEnvironmentSchema } from '../../../webhook/files/configuration.ts';
import { FILES, FLAK_NAMESPACE, OBJECTS } from '../../../webhook/names.ts';
import { at, type ManifestObject, object } from './objects.ts';

const OVERLAY = join(import.meta.dirname, '../../../manifests/overlays/files');
const { resources } = parse(readFileSync(join(OVERLAY, 'kustomization.yaml'), 'utf8')) as { resources: string[] };
const objects = resources.flatMap((file) =>
  parseAllDocuments(readFileSync(join(OVERLAY, file), 'utf8')).map((document) => document.toJS() as ManifestObject),
);
const named = (kind: string, name: string): ManifestObject =>
  objects.find((each) => each.kind === kind && each.metadata.name === name) ?? assert.fail(`no ${kind} ${name}`);
const pod = at(named('Deployment', FILES.name), 'spec', 'template');
const container = at(pod, 'spec', 'containers', 0);

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

describe('the overlay for the store of lines', () => {
  it("has the code's names", () => {
    for (const kind of ['Service', 'PersistentVolumeClaim', 'ServiceAccount', 'NetworkPolicy', 'Role', 'ClusterRole'])
      named(kind, FILES.name);
    named('ServiceAccount', FILES.readerServiceAccount);
    named('ConfigMap', OBJECTS.filesEndpointConfigMap);
    for (const { kind, metadata } of objects)
      assert.ok(metadata.namespace === FLAK_NAMESPACE || /^(Cluster|ValidatingAdmission)/.test(kind), kind);
  });

  it('runs the image of the control plane, once, with what it knows and what the control plane is held to', () => {
    assert.equal(
      at(container, 'image'),
      at(object('Deployment', OBJECTS.deployment), 'spec', 'template', 'spec', 'containers', 0, 'image'),
    );
    assert.deepEqual(
      [
        at(named('Deployment', FILES.name), 'spec', 'replicas'),
        at(named('Deployment', FILES.name), 'spec', 'strategy', 'type'),
      ],
      [1, 'Recreate'],
    );
    for (const { name } of at(container, 'env') as { name: string }[])
      assert.ok(name in filesEnvironmentSchema.shape, name);
    const theirs = at(
      object('Deployment', OBJECTS.deployment),
      'spec',
      'template',
      'spec',
      'containers',
      0,
      'securityContext',
    );
    assert.deepEqual(at(container, 'securityContext'), theirs);
    assert.equal(at(container, 'volumeMounts', 0, 'mountPath'), filesEnvironmentSchema.parse({}).FLAK_FILES_ROOT);
  });

  it('gives its account tokens to review, pods to look at, and one ConfigMap to write', () => {
    const rules = (kind: string, name: string) => at(named(kind, name), 'rules') as readonly Rule[];
    const said = [...rules('ClusterRole', FILES.name), ...rules('Role', FILES.name)].map(
      ({ resources: on, verbs, resourceNames = [] }) => `${verbs.join()} ${on.join()} ${resourceNames.join()}`.trim(),
    );
    assert.deepEqual(said, [
      'create tokenreviews',
      'get pods',
      `get,patch configmaps ${OBJECTS.filesEndpointConfigMap}`,
      `get services ${FILES.name}`,
    ]);
    const tokens = rules('Role', FILES.readerServiceAccount).filter(({ resources: on }) =>
      on.includes('serviceaccounts/token'),
    );
    assert.deepEqual(
      tokens.map(({ resourceNames }) => resourceNames),
      [[FILES.readerServiceAccount]],
    );
  });

  it('binds the reading of lines to nobody', () => {
    const bindings = objects.filter(({ kind }) => kind === 'RoleBinding');
    assert.deepEqual(
      bindings.map((each) => at(each, 'roleRef', 'name')),
      [FILES.name],
    );
  });
});
