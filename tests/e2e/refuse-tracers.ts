/** A cluster that refuses Flak's tracers, but only those of one namespace's targets: nobody else's test notices. */
import { FLAK_NAMESPACE } from '../../webhook/names.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import type { Kubectl } from './kubectl.ts';

export const REFUSAL_WORDS = 'no tracers here';

/** Makes such a policy and waits until the API server keeps to it. `lift` waits until it no longer does. */
export async function refuseTracersOf(kubectl: Kubectl, namespace: string): Promise<{ lift: () => Promise<void> }> {
  const name = `refuse-tracers-of-${namespace}`;
  const items = [policy(name, namespace), binding(name)];
  await kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const probe = JSON.stringify(probePod(namespace));
  const isRefused = async (): Promise<boolean> => {
    const { stderr } = await kubectl.attempt(['create', '--dry-run=server', '-f', '-'], probe);
    return stderr.includes(REFUSAL_WORDS);
  };
  await waitUntil('tracers are refused', isRefused, { limitMs: 30_000 });
  return {
    lift: async () => {
      const objects = [`validatingadmissionpolicybinding/${name}`, `validatingadmissionpolicy/${name}`];
      await kubectl.run(['delete', ...objects, '--ignore-not-found']);
      await waitUntil('tracers are allowed again', async () => !(await isRefused()), { limitMs: 30_000 });
    },
  };
}

function policy(name: string, namespace: string): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': FLAK_NAMESPACE } },
        resourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
      },
      validations: [
        {
          expression: `object.metadata.?annotations[?'flak.dev/target-ns'].orValue('') != '${namespace}'`,
          message: REFUSAL_WORDS,
        },
      ],
    },
  };
}

function binding(name: string): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  };
}

function probePod(namespace: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'probe', namespace: FLAK_NAMESPACE, annotations: { 'flak.dev/target-ns': namespace } },
    spec: { containers: [{ name: 'probe', image: 'probe' }] },
  };
}
