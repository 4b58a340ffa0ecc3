import type { Kubectl, KubectlAnswer } from '../../e2e/kubectl.ts';
import { assertAllowed, assertRefused, FLAKS_ACCOUNT, untilRefused, withEveryRight } from './flaks-account.ts';

type Operation = Readonly<Record<string, unknown>>;
type Case = readonly [title: string, pod: string, patch: readonly Operation[], refusedBecause?: RegExp];

function container(name: string): object {
  return { name, image: 'docker.io/library/debian:bookworm-slim', resources: { requests: { cpu: '2m' } } };
}

function pod(name: string, metadata: object, spec: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...metadata },
    spec: { containers: [container('app')], ...spec },
  };
}

const PODS = [
  pod(
    'target',
    {
      labels: { app: 'web' },
      annotations: { team: 'blue', 'flak.dev/trace-id': 'some-id' },
      finalizers: ['someone.example/keeps', 'flak.dev/profile'],
    },
    { initContainers: [container('flak-gate'), container('prepare')] },
  ),
  pod('bare', {}, {}),
  pod('gate-second', {}, { initContainers: [container('prepare'), container('flak-gate')] }),
  pod('scheduling-gated', {}, { schedulingGates: [{ name: 'someone.example/waits' }] }),
];

const OTHER = 'docker.io/library/busybox:1';
const TOLERATION = { key: 'any', operator: 'Exists' };
const OWNER = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: '00000000-0000-4000-8000-000000000000' };

const CASES: readonly Case[] = [
  [
    'remove its finalizer',
    'target',
    [
      { op: 'test', path: '/metadata/finalizers/1', value: 'flak.dev/profile' },
      { op: 'remove', path: '/metadata/finalizers/1' },
    ],
  ],
  ['add its finalizer', 'bare', [{ op: 'add', path: '/metadata/finalizers', value: ['flak.dev/profile'] }]],
  ['add a flak.dev annotation', 'target', [{ op: 'add', path: '/metadata/annotations/flak.dev~1gate', value: 'open' }]],
  [
    'add the first annotation',
    'bare',
    [{ op: 'add', path: '/metadata/annotations', value: { 'flak.dev/gate': 'open' } }],
  ],
  [
    'change a flak.dev annotation',
    'target',
    [{ op: 'replace', path: '/metadata/annotations/flak.dev~1trace-id', value: '' }],
  ],
  ['remove a flak.dev annotation', 'target', [{ op: 'remove', path: '/metadata/annotations/flak.dev~1trace-id' }]],
  ["replace the gate's image", 'target', [{ op: 'replace', path: '/spec/initContainers/0/image', value: OTHER }]],
  [
    'do all of it at once',
    'target',
    [
      { op: 'remove', path: '/metadata/finalizers/1' },
      { op: 'add', path: '/metadata/annotations/flak.dev~1gate', value: 'release:tracer-image' },
      { op: 'replace', path: '/spec/initContainers/0/image', value: OTHER },
    ],
  ],
  ["remove someone's finalizer", 'target', [{ op: 'remove', path: '/metadata/finalizers/0' }], /no finalizer but/],
  ['remove all finalizers', 'target', [{ op: 'remove', path: '/metadata/finalizers' }], /no finalizer but/],
  [
    "add someone's finalizer",
    'bare',
    [{ op: 'add', path: '/metadata/finalizers', value: ['a.example/b'] }],
    /no finalizer but/,
  ],
  ['change a label', 'target', [{ op: 'replace', path: '/metadata/labels/app', value: 'db' }], /labels/],
  ['add the first label', 'bare', [{ op: 'add', path: '/metadata/labels', value: { app: 'web' } }], /labels/],
  ['remove the labels', 'target', [{ op: 'remove', path: '/metadata/labels' }], /labels/],
  ['give it an owner', 'bare', [{ op: 'add', path: '/metadata/ownerReferences', value: [OWNER] }], /owners/],
  [
    "change someone's annotation",
    'target',
    [{ op: 'replace', path: '/metadata/annotations/team', value: 'red' }],
    /annotations/,
  ],
  [
    "add someone's annotation",
    'target',
    [{ op: 'add', path: '/metadata/annotations/pager', value: 'x' }],
    /annotations/,
  ],
  ["remove someone's annotation", 'target', [{ op: 'remove', path: '/metadata/annotations/team' }], /annotations/],
  ['remove all annotations', 'target', [{ op: 'remove', path: '/metadata/annotations' }], /annotations/],
  [
    "replace a container's image",
    'target',
    [{ op: 'replace', path: '/spec/containers/0/image', value: OTHER }],
    /spec/,
  ],
  [
    "replace a container's image without a gate",
    'bare',
    [{ op: 'replace', path: '/spec/containers/0/image', value: OTHER }],
    /spec/,
  ],
  [
    "replace a container's image along with the gate's",
    'target',
    [
      { op: 'replace', path: '/spec/initContainers/0/image', value: OTHER },
      { op: 'replace', path: '/spec/containers/0/image', value: OTHER },
    ],
    /spec/,
  ],
  [
    "replace another init container's image",
    'target',
    [{ op: 'replace', path: '/spec/initContainers/1/image', value: OTHER }],
    /spec/,
  ],
  [
    'replace the image of something called flak-gate that is not in front',
    'gate-second',
    [{ op: 'replace', path: '/spec/initContainers/1/image', value: OTHER }],
    /spec/,
  ],
  ['add a toleration', 'target', [{ op: 'add', path: '/spec/tolerations', value: [TOLERATION] }], /spec/],
  [
    "add a toleration along with the gate's image",
    'target',
    [
      { op: 'replace', path: '/spec/initContainers/0/image', value: OTHER },
      { op: 'add', path: '/spec/tolerations', value: [TOLERATION] },
    ],
    /spec/,
  ],
  ['set a deadline', 'target', [{ op: 'add', path: '/spec/activeDeadlineSeconds', value: 1 }], /spec/],
  [
    "set a deadline along with the gate's image",
    'target',
    [
      { op: 'replace', path: '/spec/initContainers/0/image', value: OTHER },
      { op: 'add', path: '/spec/activeDeadlineSeconds', value: 1 },
    ],
    /spec/,
  ],
  ['lift a scheduling gate', 'scheduling-gated', [{ op: 'remove', path: '/spec/schedulingGates/0' }], /spec/],
  ['choose a node', 'scheduling-gated', [{ op: 'add', path: '/spec/nodeSelector', value: { disk: 'ssd' } }], /spec/],
];

export function podPolicyCases(kubectl: () => Kubectl): void {
  describe("Flak's account, on pods, may", () => {
    withEveryRight(kubectl);
    const patch = (name: string, operations: readonly Operation[], ...more: string[]): Promise<KubectlAnswer> =>
      kubectl()
        .as(FLAKS_ACCOUNT)
        .attempt(['patch', 'pod', name, '--type=json', '-p', JSON.stringify(operations), '--dry-run=server', ...more]);
    const relabel: readonly Operation[] = [{ op: 'add', path: '/metadata/labels', value: { any: 'label' } }];

    before(async () => {
      await kubectl().run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: PODS }));
      await untilRefused(() => patch('bare', relabel));
    });
    after(async () => {
      const unlock = '{"metadata":{"finalizers":null}}';
      await kubectl().run(['patch', 'pod', 'target', '--type=merge', '-p', unlock]);
      await kubectl().run(['delete', 'pods', '--all', '--grace-period=0', '--force']);
    });

    for (const [title, name, operations, refusedBecause] of CASES)
      it(`${refusedBecause === undefined ? '' : 'not '}${title}`, async () => {
        const answer = await patch(name, operations);
        if (refusedBecause === undefined) assertAllowed(answer);
        else assertRefused(answer, 'flak-pods', refusedBecause);
      });

    it('not write a status', async () => {
      const operations = [{ op: 'add', path: '/status/message', value: 'x' }];
      assertRefused(await patch('bare', operations, '--subresource=status'), 'flak-pods', /no subresource/);
    });

    it('not resize', async () => {
      const operations = [{ op: 'replace', path: '/spec/containers/0/resources/requests/cpu', value: '1m' }];
      assertRefused(await patch('bare', operations, '--subresource=resize'), 'flak-pods', /no subresource/);
    });

    it('do all this where others may do what they like: the policy is for no other account', async () => {
      const another = kubectl().as('system:serviceaccount:default:deployer');
      await kubectl().run([
        'create',
        'clusterrolebinding',
        'deployer',
        '--clusterrole=cluster-admin',
        '--serviceaccount=default:deployer',
      ]);
      const args = ['patch', 'pod', 'bare', '--type=json', '-p', JSON.stringify(relabel), '--dry-run=server'];
      assertAllowed(await another.attempt(args));
      await kubectl().run(['delete', 'clusterrolebinding', 'deployer']);
    });
  });
}
