import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentSchema, parseConfiguration } from '../../../webhook/configuration.ts';
import {
  ANNOTATIONS,
  API_GROUP,
  API_VERSION,
  ALIAS_ANNOTATION,
  FINALIZER,
  FLAK_NAMESPACE,
  GATE,
  LABELS,
  OBJECTS,
  PROBE_NAMESPACE,
  SERVER_NAME,
  TOKEN_AUDIENCE,
} from '../../../webhook/names.ts';
import { at, baseObjects, object } from './objects.ts';

function text(file: string): string {
  return readFileSync(join(import.meta.dirname, '../../../manifests/base', file), 'utf8');
}

describe('names in the manifests', () => {
  it('are the ones the code uses, object by object', () => {
    const expected: readonly (readonly [kind: string, name: string, namespace?: string])[] = [
      ['Namespace', FLAK_NAMESPACE],
      ['Namespace', PROBE_NAMESPACE],
      ['Service', OBJECTS.service, FLAK_NAMESPACE],
      ['Service', OBJECTS.startingService, FLAK_NAMESPACE],
      ['Deployment', OBJECTS.deployment, FLAK_NAMESPACE],
      ['ServiceAccount', OBJECTS.controlPlaneServiceAccount, FLAK_NAMESPACE],
      ['ServiceAccount', OBJECTS.tracerServiceAccount, FLAK_NAMESPACE],
      ['PriorityClass', OBJECTS.priorityClass],
      ['MutatingWebhookConfiguration', OBJECTS.webhookConfiguration],
      ['ValidatingWebhookConfiguration', OBJECTS.uninstallConfiguration],
      ['CustomResourceDefinition', `traces.${API_GROUP}`],
      ['CustomResourceDefinition', `syscallprofiles.${API_GROUP}`],
    ];
    for (const [kind, name, namespace] of expected) assert.equal(object(kind, name, namespace).metadata.name, name);
  });

  it('put every namespaced object into a namespace of ours', () => {
    const namespaces = new Set(baseObjects().map(({ metadata }) => metadata.namespace));
    assert.deepEqual(namespaces, new Set([undefined, FLAK_NAMESPACE, PROBE_NAMESPACE]));
  });

  it('serve the version of the API that the code speaks', () => {
    for (const name of ['traces', 'syscallprofiles']) {
      const definition = object('CustomResourceDefinition', `${name}.${API_GROUP}`);
      assert.equal(at(definition, 'spec', 'group'), API_GROUP);
      assert.equal(at(definition, 'spec', 'versions', 0, 'name'), API_VERSION);
    }
  });

  it('let the certificate be checked: the Service is the server name tracers ask for', () => {
    const { name, namespace } = object('Service', OBJECTS.service).metadata;
    assert.equal(`${name}.${namespace ?? ''}.svc`, SERVER_NAME);
  });

  it('run the control plane under its own account', () => {
    const pod = at(object('Deployment', OBJECTS.deployment), 'spec', 'template', 'spec');
    assert.equal(at(pod, 'serviceAccountName'), OBJECTS.controlPlaneServiceAccount);
  });

  it('configure the control plane completely: what is set is known to it, and the ports are the ones it listens on', () => {
    const container = at(object('Deployment', OBJECTS.deployment), 'spec', 'template', 'spec', 'containers', 0);
    const variables = at(container, 'env') as { name: string; value?: string }[];
    const environment = Object.fromEntries(variables.map(({ name, value }) => [name, value ?? 'from-the-pod']));
    const parsed = parseConfiguration(environment);
    assert.equal(parsed.kind, 'valid');
    assert.deepEqual(
      Object.keys(environment).filter((name) => !(name in environmentSchema.shape)),
      [],
    );
    const ports = at(container, 'ports') as { name: string; containerPort: number }[];
    const { httpsPort, metricsPort } = parsed.configuration;
    assert.deepEqual(
      ports.map(({ name, containerPort }) => [name, containerPort]),
      [
        ['https', httpsPort],
        ['metrics', metricsPort],
      ],
    );
  });

  it('give gate and tracer the same reference in the environment, in the PodTemplate and in the policy', () => {
    const deployment = JSON.stringify(object('Deployment', OBJECTS.deployment));
    const policy = JSON.stringify(object('ValidatingAdmissionPolicy', 'flak-tracers'));
    for (const container of at(
      object('PodTemplate', OBJECTS.imagesTemplate),
      'template',
      'spec',
      'containers',
    ) as unknown[]) {
      const image = String(at(container, 'image'));
      assert.ok(deployment.includes(`"value":"${image}"`));
      assert.equal(policy.includes(`"expression":"'${image}'"`), at(container, 'name') === 'tracer');
    }
  });

  it("give the control plane rights on single objects by the code's names for them", () => {
    const rules = at(object('Role', OBJECTS.controlPlaneServiceAccount, FLAK_NAMESPACE), 'rules') as unknown[];
    const named = rules.flatMap((rule) => (at(rule, 'resourceNames') ?? []) as string[]);
    assert.deepEqual(
      new Set(named),
      new Set([
        OBJECTS.certificateSecret,
        OBJECTS.lease,
        OBJECTS.service,
        OBJECTS.deployment,
        OBJECTS.imagesTemplate,
        OBJECTS.controlPlaneServiceAccount,
        OBJECTS.tracerServiceAccount,
      ]),
    );
  });

  it('are also the ones in the expressions of policies and webhooks, which no schema checks', () => {
    const account = `'system:serviceaccount:${FLAK_NAMESPACE}:${OBJECTS.controlPlaneServiceAccount}'`;
    for (const policy of ['pods', 'own-namespace', 'tracers', 'own-webhooks'])
      assert.ok(text(`admission-policy-${policy}.yaml`).includes(account), policy);
    const pods = text('admission-policy-pods.yaml');
    for (const name of [FINALIZER, GATE.container, `${API_GROUP}/`]) assert.ok(pods.includes(`'${name}'`), name);
    assert.ok(Object.values(ANNOTATIONS).every((name) => name.startsWith(`${API_GROUP}/`)));
    const own = text('admission-policy-own-namespace.yaml');
    for (const name of [OBJECTS.certificateSecret, OBJECTS.endpointConfigMap, OBJECTS.lease, LABELS.component])
      assert.ok(own.includes(`'${name}'`), name);
    const tracers = text('admission-policy-tracers.yaml');
    for (const name of [
      OBJECTS.tracerServiceAccount,
      OBJECTS.endpointConfigMap,
      OBJECTS.filesEndpointConfigMap,
      TOKEN_AUDIENCE,
    ])
      assert.ok(tracers.includes(`'${name}'`), name);
    const entries = text('mutating-webhook-configuration.yaml');
    const carried = [LABELS.traced, FINALIZER, GATE.container].map((name) => `'${name}'`);
    for (const name of [
      `${LABELS.trace}: 'true'`,
      `'${ALIAS_ANNOTATION}'`,
      ...carried,
      FLAK_NAMESPACE,
      PROBE_NAMESPACE,
    ])
      assert.ok(entries.includes(name), name);
  });
});
