import { deepEqual, equal } from 'node:assert/strict';
import { readPod } from '../../../../webhook/kube/read-pod.ts';
import { readTracer } from '../../../../webhook/kube/read-tracer.ts';

const at = (text: string): number => Date.parse(text);

const POD = {
  metadata: {
    name: 'web-1',
    namespace: 'shop',
    uid: 'u1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    deletionTimestamp: '2026-01-01T00:10:00Z',
    labels: { 'flak.dev/traced': 'true' },
    annotations: {
      'flak.dev/gate': 'release:tracer-image',
      'flak.dev/fail-closed': 'true',
      'flak.dev/gate-timeout-seconds': '90',
    },
    finalizers: ['x/y', 'flak.dev/profile'],
    ownerReferences: [
      { apiVersion: 'v1', kind: 'Thing', name: 't', uid: 't' },
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true },
    ],
  },
  spec: {
    nodeName: 'node-a',
    terminationGracePeriodSeconds: 5,
    volumes: [{ name: 'flak-gate-opening' }],
    initContainers: [
      { name: 'flak-gate', image: 'gate:1' },
      { name: 'setup', image: 's:1' },
      { name: 'proxy', image: 'p:1', restartPolicy: 'Always' },
    ],
    containers: [{ name: 'app', image: 'a:1', command: ['serve'], args: ['$(PORT)'] }],
    ephemeralContainers: [{ name: 'debug', image: 'd:1' }],
  },
  status: {
    phase: 'Running',
    conditions: [
      { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:01Z' },
      { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:09Z' },
    ],
    initContainerStatuses: [
      {
        name: 'flak-gate',
        imageID: '',
        restartCount: 0,
        state: { terminated: { exitCode: 0, finishedAt: '2026-01-01T00:00:05Z', containerID: 'containerd://g' } },
      },
      // Torn down before it was made: no container, no ID.
      { name: 'setup', restartCount: 0, state: { terminated: { exitCode: 137 } } },
    ],
    containerStatuses: [
      {
        name: 'app',
        imageID: 'a@sha256:1',
        containerID: 'containerd://two',
        restartCount: 1,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:08Z', containerID: 'containerd://one' } },
      },
    ],
  },
};

describe('reading a pod', () => {
  const pod = readPod(POD);

  it('finds what admission and users wrote on it', () => {
    equal(pod?.held, true);
    equal(pod.traced, true);
    equal(pod.optIn, null);
    deepEqual(pod.signal, { kind: 'release', reason: 'tracer-image' });
    equal(pod.failClosed, true);
    equal(pod.gateTimeoutMs, 90_000);
    equal(pod.owner?.kind, 'ReplicaSet');
  });

  it('takes no timeout that admission ignored', () => {
    for (const text of ['0', '601', '1e18', '-5', 'soon', '']) {
      const annotations = { 'flak.dev/gate-timeout-seconds': text };
      equal(readPod({ ...POD, metadata: { ...POD.metadata, annotations } })?.gateTimeoutMs, null, text);
    }
  });

  it('keeps the gate apart from the containers', () => {
    equal(pod?.gate?.medium, 'hostPath');
    deepEqual(pod.gate.state, { kind: 'terminated', exitCode: 0, finishedAtMs: at('2026-01-01T00:00:05Z') });
    deepEqual(
      pod.containers.map(({ name, kind }) => `${kind} ${name}`),
      ['init setup', 'sidecar proxy', 'app app', 'ephemeral debug'],
    );
  });

  it('knows which containers ran, and by which IDs', () => {
    const [setup, , app] = pod?.containers ?? [];
    equal(setup?.everStarted, false);
    equal(app?.everStarted, true);
    deepEqual(app.command, ['serve', '$(PORT)']);
    deepEqual(app.containerIds, ['containerd://two', 'containerd://one']);
    equal(app.lastFinishedAtMs, at('2026-01-01T00:00:08Z'));
    deepEqual(app.state, { kind: 'waiting', reason: 'CrashLoopBackOff' });
  });

  it('calls ready what the status does, while it runs, by the ID alone', () => {
    const id = 'c'.repeat(64);
    const readyIdOf = (status: object): string | null | undefined => {
      const containerStatuses = [{ name: 'app', ready: true, containerID: `containerd://${id}`, ...status }];
      return readPod({ ...POD, status: { ...POD.status, containerStatuses } })?.containers.find(
        ({ name }) => name === 'app',
      )?.readyId;
    };
    const running = { state: { running: {} } };
    equal(readyIdOf(running), id);
    equal(readyIdOf({ ...running, containerID: `cri-o://${id}` }), id);
    equal(readyIdOf({ ...running, ready: false }), null);
    equal(readyIdOf({ ...running, containerID: null }), null);
    equal(readyIdOf({ ...running, containerID: 'containerd://../../etc' }), null);
    // An init container that has done its work is called ready as well.
    equal(readyIdOf({ state: { terminated: { exitCode: 0 } } }), null);
  });

  it('knows its times', () => {
    equal(pod?.deletionAtMs, at('2026-01-01T00:10:00Z'));
    equal(pod.scheduledAtMs, at('2026-01-01T00:00:01Z'));
    equal(pod.lastTransitionAtMs, at('2026-01-01T00:00:09Z'));
    equal(pod.graceSeconds, 5);
    const deleted = (deletionGracePeriodSeconds?: number): boolean | undefined =>
      readPod({ ...POD, metadata: { ...POD.metadata, deletionGracePeriodSeconds } })?.awaitsKubelet;
    deepEqual([deleted(5), deleted(0), deleted()], [true, false, false]);
  });

  it('knows where no tracer could follow it, as admission does', () => {
    const placed = (spec: object) => readPod({ ...POD, spec: { ...POD.spec, ...spec } })?.unsupported;
    equal(placed({}), null);
    equal(placed({ runtimeClassName: 'nvidia' }), null);
    equal(placed({ runtimeClassName: 'gvisor' }), 'unsupported-runtime-class');
    equal(placed({ runtimeClassName: 'kata-qemu' }), 'unsupported-runtime-class');
    equal(placed({ os: { name: 'windows' } }), 'windows');
    equal(placed({ nodeSelector: { 'kubernetes.io/os': 'windows' } }), 'windows');
    equal(placed({ tolerations: [{ key: 'virtual-kubelet.io/provider', operator: 'Exists' }] }), 'virtual-node');
    equal(placed({ tolerations: [{ operator: 'Exists' }] }), null);
  });

  it('reads a pod of which almost nothing is known', () => {
    const bare = readPod({ metadata: { name: 'x' }, spec: { containers: [] } });
    equal(bare?.phase, 'Pending');
    equal(bare.gate, null);
    equal(bare.nodeName, null);
    equal(bare.held, false);
  });

  it('takes what is no pod for none', () => {
    equal(readPod({ kind: 'Status' }), null);
    equal(readPod(null), null);
  });
});

describe('reading a tracer', () => {
  it('is one only with the label of its target', () => {
    equal(readTracer(POD), null);
    const facts = { namespace: 'shop', podName: 'web-1', workload: null };
    const tracer = readTracer({
      ...POD,
      metadata: {
        name: 'tracer-x',
        uid: 't1',
        labels: { 'flak.dev/target-uid': 'u1' },
        annotations: { 'flak.dev/target-facts': JSON.stringify(facts) },
      },
    });
    equal(tracer?.targetUid, 'u1');
    equal(tracer.restartCount, 1);
    equal(tracer.waitingReason, 'CrashLoopBackOff');
    deepEqual(tracer.target, facts);
  });

  it('bears facts that nobody can read', () => {
    const metadata = {
      name: 't',
      labels: { 'flak.dev/target-uid': 'u1' },
      annotations: { 'flak.dev/target-facts': '{' },
    };
    equal(readTracer({ ...POD, metadata })?.target, null);
  });
});
