/** A cluster that refuses pods of one namespace with a certain annotation: to stand in Flak's way, and in nobody else's. */
import { waitUntil } from '../cluster/wait-until.ts';
import type { Kubectl } from './kubectl.ts';

export interface Denial {
  /** Of the policy and its binding. */
  readonly name: string;
  readonly namespace: string;
  readonly annotation: string;
  readonly value: string;
  /** What the API server says to it. */
  readonly words: string;
}

/** Makes such a policy and waits until the API server keeps to it. `lift` waits until it no longer does. */
export async function denyAnnotation(kubectl: Kubectl, denial: Denial): Promise<{ lift: () => Promise<void> }> {
  const { name, words } = denial;
  const items = [policy(denial), binding(name)];
  await kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const probe = JSON.stringify(probePod(denial));
  const isRefused = async (): Promise<boolean> => {
    const { stderr } = await kubectl.attempt(['create', '--dry-run=server', '-f', '-'], probe);
    return stderr.includes(words);
  };
  await waitUntil(`${name} counts`, isRefused, { limitMs: 90_000 });
  return {
    lift: async () => {
      const objects = [`validatingadmissionpolicybinding/${name}`, `validatingadmissionpolicy/${name}`];
      await kubectl.run(['delete', ...objects, '--ignore-not-found']);
      await waitUntil(`${name} no longer counts`, async () => !(await isRefused()), { limitMs: 90_000 });
    },
  };
}

function policy({ name, namespace, annotation, value, words }: Denial): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        resourceRules: [
          { operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] },
        ],
      },
      validations: [
        {
          expression: `object.metadata.?annotations[?'${annotation}'].orValue('') != '${value}'`,
          message: words,
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

function probePod({ namespace, annotation, value }: Denial): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'probe', namespace, annotations: { [annotation]: value } },
    spec: { containers: [{ name: 'probe', image: 'probe' }] },
  };
}
