import assert from 'node:assert/strict';
import { decide, jobOf, type AdmissionFacts } from '../../../../webhook/admission/decide.ts';
import type { GatePlan } from '../../../../webhook/admission/gate.ts';
import { podSchema } from '../../../../webhook/admission/pod.ts';
import { SKIP_REASONS, type SkipReason } from '../../../../webhook/admission/reasons.ts';
import { factsOf, mutate, requestingPod, SETTINGS } from './admission-fixtures.ts';

const osTerm = (...values: string[]): object => ({
  matchExpressions: [{ key: 'kubernetes.io/os', operator: 'In', values }],
});
const affinity = (...nodeSelectorTerms: object[]): object => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
const job = { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'import', uid: 'u', controller: true }] };

type Case = [title: string, reason: SkipReason | 'traced', manifest: unknown, facts?: Partial<AdmissionFacts>];

const CASES: Case[] = [
  ['a labelled pod', 'traced', requestingPod()],
  ['a pod without any label', 'not-requested', requestingPod({}, { labels: undefined })],
  [
    'a label that is neither true nor false',
    'not-requested',
    requestingPod({}, { labels: { 'flak.dev/trace': 'yes' } }),
  ],
  ['the alias annotation', 'traced', requestingPod({}, { labels: null, annotations: { 'k8s.io/flap': 'true' } })],
  [
    'a pod label against the alias',
    'opted-out',
    requestingPod({}, { labels: { 'flak.dev/trace': 'false' }, annotations: { 'k8s.io/flap': 'true' } }),
  ],
  [
    'a labelled namespace',
    'traced',
    requestingPod({}, { labels: {} }),
    { namespaceFacts: { labels: { 'flak.dev/trace': 'true' }, terminating: false } },
  ],
  [
    'a pod that opts out of its labelled namespace',
    'opted-out',
    requestingPod({}, { labels: { 'flak.dev/trace': 'false' } }),
    { namespaceFacts: { labels: { 'flak.dev/trace': 'true' }, terminating: false } },
  ],
  ['a pod label in a namespace that no cache knows', 'traced', requestingPod(), { namespaceFacts: undefined }],
  ['a tracer of ours', 'own-namespace', requestingPod(), { namespace: 'flak-system' }],
  ['a pod of kube-system', 'own-namespace', requestingPod(), { namespace: 'kube-system' }],
  ['a pod of the readiness probe', 'traced', requestingPod(), { namespace: 'flak-probe' }],
  ['a static pod', 'mirror-pod', requestingPod({}, { annotations: { 'kubernetes.io/config.mirror': 'abc' } })],
  ['a pod bound to a node by its author', 'traced', requestingPod({ nodeName: 'node-1' })],
  ['an app container called like the gate', 'reserved-name', requestingPod({ containers: [{ name: 'flak-gate' }] })],
  [
    "an app container that mounts the gate's volume",
    'reserved-name',
    requestingPod({ containers: [{ name: 'app', volumeMounts: [{ name: 'flak-gate-opening', mountPath: '/x' }] }] }),
  ],
  ['os windows', 'windows', requestingPod({ os: { name: 'windows' } })],
  ['a Windows node selector', 'windows', requestingPod({ nodeSelector: { 'kubernetes.io/os': 'windows' } })],
  ['affinity to Windows alone', 'windows', requestingPod(affinity(osTerm('windows'), osTerm('windows')))],
  ['affinity to either system', 'traced', requestingPod(affinity(osTerm('windows'), osTerm('linux')))],
  ['affinity to both systems in one term', 'traced', requestingPod(affinity(osTerm('windows', 'linux')))],
  ['an affinity without terms', 'traced', requestingPod(affinity())],
  ['an affinity term without expressions', 'traced', requestingPod(affinity({}))],
  [
    'os linux beside a runtime class that selects Windows',
    'traced',
    requestingPod({ os: { name: 'linux' }, runtimeClassName: 'w' }),
    { runtimeClass: { handler: 'runc', nodeSelector: { 'kubernetes.io/os': 'windows' } } },
  ],
  [
    'a runtime class that selects Windows',
    'windows',
    requestingPod({ runtimeClassName: 'w' }),
    { runtimeClass: { handler: 'x', nodeSelector: { 'kubernetes.io/os': 'windows' } } },
  ],
  ['a Windows handler', 'windows', requestingPod({ runtimeClassName: 'runhcs-wcow-hypervisor' })],
  ['gVisor by class name', 'unsupported-runtime-class', requestingPod({ runtimeClassName: 'gvisor' })],
  [
    'Kata by handler',
    'unsupported-runtime-class',
    requestingPod({ runtimeClassName: 'secure' }),
    { runtimeClass: { handler: 'kata-qemu', nodeSelector: {} } },
  ],
  [
    'a runtime class over runc',
    'traced',
    requestingPod({ runtimeClassName: 'nvidia' }),
    { runtimeClass: { handler: 'nvidia', nodeSelector: {} } },
  ],
  [
    'a toleration of virtual nodes',
    'virtual-node',
    requestingPod({ tolerations: [{ key: 'virtual-kubelet.io/provider', operator: 'Exists' }] }),
  ],
  ['a toleration of everything', 'traced', requestingPod({ tolerations: [{ operator: 'Exists' }] })],
  ['Fargate', 'virtual-node', requestingPod({ schedulerName: 'fargate-scheduler' })],
  ['a virtual-kubelet selector', 'virtual-node', requestingPod({ nodeSelector: { type: 'virtual-kubelet' } })],
  ['a Job with a failure policy', 'job-pod-failure-policy', requestingPod({}, job), { podFailurePolicy: true }],
  ['a Job not known yet', 'traced', requestingPod({}, job), { podFailurePolicy: 'unknown' }],
  [
    'a Job with a failure policy whose author allows it',
    'traced',
    requestingPod({}, { ...job, annotations: { 'flak.dev/allow-pod-failure-policy': 'true' } }),
    { podFailurePolicy: true },
  ],
  [
    'a terminating namespace',
    'namespace-terminating',
    requestingPod(),
    { namespaceFacts: { labels: {}, terminating: true } },
  ],
  ['an uninstall under way', 'uninstalling', requestingPod(), { uninstalling: true }],
  ['no controller', 'no-controller', requestingPod(), { controllerAlive: false }],
  ['a gate image that fails', 'gate-image-unavailable', requestingPod(), { gateImageAvailable: false }],
  [
    "a replica's question whether it is ready, although the gate's image fails",
    'traced',
    requestingPod(),
    { namespace: 'flak-probe', gateImageAvailable: false },
  ],
];

describe('the decision', () => {
  for (const [title, expected, manifest, facts] of CASES) {
    it(`for ${title}: ${expected}`, () => {
      const decision = decide(factsOf(manifest, facts), SETTINGS);
      assert.equal(decision.kind === 'skip' ? decision.reason : 'traced', expected);
    });
  }

  it('can give every reason of the table', () => {
    const elsewhere: SkipReason[] = ['not-a-pod-creation', 'malformed', 'already-traced'];
    const shown = new Set<string>([...elsewhere, ...CASES.map(([, reason]) => reason)]);
    assert.deepEqual(
      Object.keys(SKIP_REASONS).filter((reason) => !shown.has(reason)),
      [],
    );
  });
});

describe("the gate's options", () => {
  function plan(annotations: Record<string, string>): { gate: GatePlan; warnings: readonly string[] } {
    const decision = decide(factsOf(requestingPod({}, { annotations })), SETTINGS);
    assert.ok(decision.kind === 'trace');
    return decision;
  }

  it('come from the configuration unless the pod says otherwise', () => {
    const { gate, warnings } = plan({});
    assert.deepEqual([gate.timeoutSeconds, gate.failClosed, warnings], [60, false, []]);
  });

  it('are taken from the annotations a user may set', () => {
    const { gate, warnings } = plan({ 'flak.dev/gate-timeout-seconds': '600', 'flak.dev/fail-closed': 'true' });
    assert.deepEqual([gate.timeoutSeconds, gate.failClosed, warnings], [600, true, []]);
  });

  for (const text of ['0', '601', '-1', '5s', '', '1e2', '0x10']) {
    it(`keep the default and warn when the timeout reads "${text}"`, () => {
      const { gate, warnings } = plan({ 'flak.dev/gate-timeout-seconds': text });
      assert.equal(gate.timeoutSeconds, 60);
      assert.match(warnings.join(), /gate-timeout-seconds is no number from 1 to 600/);
    });
  }

  it('stay fail-open and warn when fail-closed is no word they know', () => {
    const { gate, warnings } = plan({ 'flak.dev/fail-closed': 'yes' });
    assert.equal(gate.failClosed, false);
    assert.match(warnings.join(), /neither "true" nor "false"/);
    assert.deepEqual(plan({ 'flak.dev/fail-closed': 'false' }).warnings, []);
  });

  it('says which wishes of the probes it could not take', () => {
    const { warnings } = plan({ 'flak.dev/falco': 'always', 'flak.dev/files': 'summary' });
    assert.deepEqual(warnings, ['flak.dev/falco is not one of off, optional, required; ignored']);
  });
});

describe('a pod that carries a gate already', () => {
  const traced = mutate(requestingPod()).manifest;

  it('is left alone while its trace-id holds', () => {
    const { answer } = mutate(traced, { traceIdValid: true });
    assert.deepEqual(answer, { decision: { kind: 'skip', reason: 'already-traced' }, patch: [] });
  });

  it('gets a fresh gate when its trace-id does not', () => {
    assert.equal(mutate(traced, { traceIdValid: false }).answer.decision.kind, 'trace');
  });
});

describe('the Job of a pod', () => {
  const owned = (owner: object): string | undefined =>
    jobOf(
      podSchema.parse(requestingPod({}, { ownerReferences: [{ name: 'x', uid: 'u', controller: true, ...owner }] })),
    );

  it('is its controller of kind Job in batch', () => {
    assert.equal(owned({ apiVersion: 'batch/v1', kind: 'Job' }), 'x');
  });
  it('is no other kind, group, or mere owner', () => {
    assert.equal(owned({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }), undefined);
    assert.equal(owned({ apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job' }), undefined);
    assert.equal(owned({ apiVersion: 'batch/v1', kind: 'Job', controller: false }), undefined);
  });
});
