import assert from 'node:assert/strict';
import type { Pod } from '../../../../webhook/admission/pod.ts';
import { gateOf, mutate, requestingPod, skipReason } from './admission-fixtures.ts';
import { EVICTABLE, withoutFlak } from './without-flak.ts';

describe('the patch', () => {
  it('suits a pod with nothing but a container', () => {
    const { pod } = mutate({
      metadata: { labels: { 'flak.dev/trace': 'true' } },
      spec: { containers: [{ name: 'a' }] },
    });
    assert.deepEqual(pod.metadata.finalizers, ['flak.dev/profile']);
    assert.deepEqual(pod.metadata.annotations, { [EVICTABLE]: 'flak-gate-opening', 'flak.dev/trace-id': 'first' });
    assert.deepEqual(pod.metadata.labels, { 'flak.dev/trace': 'true', 'flak.dev/traced': 'true' });
    assert.deepEqual(
      pod.spec.volumes?.map(({ name }) => name),
      ['flak-gate-signal', 'flak-gate-opening'],
    );
    gateOf(pod);
  });

  it("suits lists that are null, as in some people's YAML", () => {
    const lists = { initContainers: null, volumes: null };
    const { pod } = mutate(requestingPod(lists, { annotations: null, finalizers: null }));
    assert.equal(pod.spec.initContainers?.length, 1);
    assert.equal(pod.spec.volumes?.length, 2);
  });

  it('puts the gate before native sidecars and leaves them in their order', () => {
    const initContainers = [{ name: 'mesh', restartPolicy: 'Always' }, { name: 'migrate' }];
    const { pod } = mutate(requestingPod({ initContainers }));
    assert.deepEqual(pod.spec.initContainers?.slice(1), initContainers);
    gateOf(pod);
  });

  it('copies cpu, memory and ephemeral storage of the first app container, and no device', () => {
    const resources = {
      requests: { cpu: '100m', memory: 67108864, 'example.com/gpu': '1' },
      limits: { 'ephemeral-storage': '1Gi', memory: '64Mi', 'example.com/gpu': '1' },
      claims: [{ name: 'gpu' }],
    };
    const { pod } = mutate(requestingPod({ containers: [{ name: 'a', resources }, { name: 'b' }] }));
    assert.deepEqual(gateOf(pod).resources, {
      requests: { cpu: '100m', memory: 67108864 },
      limits: { 'ephemeral-storage': '1Gi', memory: '64Mi' },
    });
  });

  it('asks for nothing where the first app container asks for nothing', () => {
    const { pod } = mutate(requestingPod({ containers: [{ name: 'a', resources: { limits: { 'x/y': 1 } } }] }));
    assert.deepEqual(gateOf(pod).resources, {});
  });

  it('gives the gate an AppArmor profile only where the pod has one that the target was written for', () => {
    const profileOf = (appArmorProfile: object): unknown =>
      (
        gateOf(mutate(requestingPod({ securityContext: { appArmorProfile } })).pod)['securityContext'] as Record<
          string,
          unknown
        >
      )['appArmorProfile'];
    assert.deepEqual(profileOf({ type: 'Localhost', localhostProfile: 'web' }), { type: 'RuntimeDefault' });
    assert.equal(profileOf({ type: 'Unconfined' }), undefined);
  });

  it('uses no hostPath where only the annotation is allowed', () => {
    const restricted = { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' }, terminating: false };
    const { pod } = mutate(requestingPod(), { namespaceFacts: restricted });
    assert.deepEqual(
      pod.spec.volumes?.map(({ name }) => name),
      ['flak-gate-signal'],
    );
    assert.equal(pod.metadata.annotations?.[EVICTABLE], undefined);
    const gate = gateOf(pod);
    assert.deepEqual(gate['args'], ['--signal=/var/run/secrets/kubernetes.io/serviceaccount/gate', '--timeout=60']);
    assert.equal(gate['env'], undefined);
  });

  it("adds its volume to the user's list of evictable ones", () => {
    const { pod } = mutate(requestingPod({}, { annotations: { [EVICTABLE]: 'cache,scratch' } }));
    assert.equal(pod.metadata.annotations?.[EVICTABLE], 'cache,scratch,flak-gate-opening');
  });

  it('overwrites annotations of ours that no user may set, and keeps those they may', () => {
    const annotations = {
      'flak.dev/gate': 'open',
      'flak.dev/trace-id': 'forged',
      'flak.dev/x~y': '',
      'flak.dev/fail-closed': 'true',
      'example.com/a~b/c': 'kept',
    };
    const { pod } = mutate(requestingPod({}, { annotations }));
    assert.deepEqual(pod.metadata.annotations, {
      'flak.dev/fail-closed': 'true',
      'example.com/a~b/c': 'kept',
      [EVICTABLE]: 'flak-gate-opening',
      'flak.dev/trace-id': 'first',
    });
  });

  it('replaces what a copied or forged manifest brings: one gate of ours, one finalizer, fresh volumes', () => {
    const forged = {
      initContainers: [
        { name: 'setup' },
        { name: 'flak-gate', image: 'evil', command: ['/bin/true'] },
        { name: 'flak-gate', image: 'evil' },
      ],
      volumes: [
        { name: 'flak-gate-opening', hostPath: { path: '/' } },
        { name: 'data' },
        { name: 'flak-gate-signal', emptyDir: {} },
      ],
    };
    const finalizers = ['flak.dev/profile', 'batch.kubernetes.io/job-tracking', 'flak.dev/profile'];
    const { pod } = mutate(requestingPod(forged, { finalizers }));
    assert.deepEqual(
      pod.spec.initContainers?.map(({ name }) => name),
      ['flak-gate', 'setup'],
    );
    assert.equal(gateOf(pod)['image'], 'registry.example/flak/gate@sha256:0123');
    assert.deepEqual(pod.metadata.finalizers, ['batch.kubernetes.io/job-tracking', 'flak.dev/profile']);
    assert.deepEqual(
      pod.spec.volumes?.map(({ name }) => name),
      ['data', 'flak-gate-signal', 'flak-gate-opening'],
    );
    assert.deepEqual(pod.spec.volumes[2]?.['hostPath'], { path: '/run/flak/gates', type: 'DirectoryOrCreate' });
  });
});

describe('asked a second time', () => {
  const traced = mutate(requestingPod({ initContainers: [{ name: 'setup' }] })).manifest;
  const edited = (edit: (pod: Pod) => void): unknown => {
    const copy = structuredClone(traced);
    edit(copy as Pod);
    return copy;
  };

  it('changes nothing when the API server and other plugins have only added to the gate', () => {
    const defaulted = edited(({ metadata, spec }) => {
      const gate = spec.initContainers?.[0];
      assert.ok(gate);
      gate['terminationMessagePath'] = '/dev/termination-log';
      gate['env'] = [{ name: 'PROXY', value: 'x' }, ...(gate['env'] as object[])];
      gate.volumeMounts?.unshift({ name: 'ca', mountPath: '/ca' });
      spec.volumes?.unshift({ name: 'kube-api-access-x2x4z', projected: {} });
      spec.initContainers?.push({ name: 'mesh', restartPolicy: 'Always' });
      metadata.annotations = { ...metadata.annotations, 'mesh.example/status': 'done' };
    });
    assert.equal(skipReason(mutate(defaulted, { traceIdValid: true }).answer), 'already-traced');
  });

  const spoilt: Record<string, (pod: Pod) => void> = {
    'another init container came in front': ({ spec }) => spec.initContainers?.unshift({ name: 'mesh' }),
    'the gate was given another image': ({ spec }) => Object.assign(spec.initContainers?.[0] ?? {}, { image: 'evil' }),
    'the gate was given another command': ({ spec }) =>
      Object.assign(spec.initContainers?.[0] ?? {}, { command: ['/gate', '-x'] }),
    "the gate's mounts are gone": ({ spec }) => Object.assign(spec.initContainers?.[0] ?? {}, { volumeMounts: [] }),
    'there is a second gate': ({ spec }) => spec.initContainers?.push({ name: 'flak-gate' }),
    'a volume points elsewhere': ({ spec }) => Object.assign(spec.volumes?.[1] ?? {}, { hostPath: { path: '/' } }),
    'a volume is missing': ({ spec }) => spec.volumes?.pop(),
    'the finalizer is gone': ({ metadata }) => Object.assign(metadata, { finalizers: [] }),
    'the label is gone': ({ metadata }) => Object.assign(metadata, { labels: { 'flak.dev/trace': 'true' } }),
    'someone opens the gate in advance': ({ metadata }) =>
      Object.assign(metadata.annotations ?? {}, { 'flak.dev/gate': 'open' }),
    'the first app container asks for more': ({ spec }) =>
      Object.assign(spec.containers[0] ?? {}, { resources: { limits: { memory: '1Gi' } } }),
  };
  for (const [what, spoil] of Object.entries(spoilt)) {
    it(`makes a fresh gate when ${what}`, () => {
      const { answer, manifest, pod } = mutate(edited(spoil), { traceIdValid: true }, 'second');
      assert.equal(answer.decision.kind, 'trace');
      assert.equal(pod.metadata.annotations?.['flak.dev/trace-id'], 'second');
      assert.equal(skipReason(mutate(manifest, { traceIdValid: true }).answer), 'already-traced');
    });
  }

  it('takes the gate out again when the pod turns out to be for a virtual node', () => {
    const moved = edited(({ spec }) => Object.assign(spec, { schedulerName: 'fargate-scheduler' }));
    const { answer, manifest } = mutate(moved, { traceIdValid: true });
    assert.equal(skipReason(answer), 'virtual-node');
    assert.deepEqual(withoutFlak(manifest), withoutFlak(moved));
    assert.ok(!JSON.stringify(manifest).includes('flak-gate'), 'something of the gate is left');
    assert.ok(!JSON.stringify(manifest).includes('flak.dev/profile'), 'the finalizer is left');
  });
});
