/** The controller against a real API server: only kubelets and tracers are played by hand. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { tracerName } from '../../webhook/controller/object-names.ts';
import { createKubeApi } from '../../webhook/kube/client.ts';
import type { KubeApi } from '../../webhook/kube/client.ts';
import { KINDS } from '../../webhook/kube/kinds.ts';
import { ANNOTATIONS, FINALIZER, FLAK_NAMESPACE, LABELS } from '../../webhook/names.ts';
import { startApiServer } from './apiserver.ts';
import type { ApiServer } from './apiserver.ts';
import { createNode, gatedPod, IMAGE_DIGEST } from './controller/kubelet-by-hand.ts';
import type { Node, RawObject } from './controller/kubelet-by-hand.ts';
import { startReplica } from './controller/replica.ts';
import type { Replica } from './controller/replica.ts';
import { callNames, createScene, eventually, gone, NAMESPACE, recorded } from './controller/scene.ts';
import type { Scene } from './controller/scene.ts';
import { writesCases } from './controller/writes.ts';

const NODE = 'node-a';

describe('the controller on a real API server', function () {
  this.timeout(600_000);
  let server: ApiServer;
  let kube: KubeApi;
  let node: Node;
  let scene: Scene;
  let replicas: Replica[] = [];
  const kubelet = new AbortController();
  let confirming: Promise<void>;

  before(async () => {
    server = await startApiServer();
    kube = createKubeApi({ kind: 'kubeconfig', path: server.kubeconfig });
    for (const name of ['flak-system', 'flak-probe', NAMESPACE])
      await server.kubectl.run(['create', 'namespace', name]);
    for (const file of ['crd-traces', 'crd-syscallprofiles', 'priority-classes']) {
      await server.kubectl.run(['apply', '-f', `manifests/base/${file}.yaml`]);
    }
    await server.kubectl.run(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    node = await createNode(kube, NODE);
    scene = createScene(kube, node);
    confirming = node.confirmDeletions([NAMESPACE, FLAK_NAMESPACE], kubelet.signal);
    replicas = ['replica-1', 'replica-2'].map((identity) => startReplica(server.kubeconfig, identity));
  });

  after(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    kubelet.abort();
    await confirming;
    await server.stop();
  });

  it('follows a pod from its creation to its profile, and leaves nothing else behind', async () => {
    const deployment = await server.kubectl.json<RawObject>([
      '-n',
      NAMESPACE,
      'create',
      'deployment',
      'web',
      '--image=registry.example/app:1',
      '-o',
      'json',
    ]);
    const replicaSet = await scene.create(KINDS.replicaSets, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: 'web-1',
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: deployment.metadata.uid, controller: true },
        ],
      },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'app', image: 'registry.example/app:1' }] },
        },
      },
    });
    const { uid } = replicaSet.metadata;
    const pod = await scene.create(
      KINDS.pods,
      gatedPod('web-1-x', {
        owner: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid, controller: true },
      }),
    );
    equal((await scene.inPhase(pod, 'Pending')).node, undefined);

    await node.bind(NAMESPACE, pod.metadata.name);
    const tracer = await eventually('a tracer', () => scene.tracerOf(pod));
    equal(tracer.spec['nodeName'], NODE);
    equal(tracer.metadata.labels?.[LABELS.targetUid], pod.metadata.uid);
    equal(tracer.metadata.annotations?.[ANNOTATIONS.targetCommand], '["serve","$(PORT)"]');
    const arming = await scene.inPhase(pod, 'Arming');
    deepEqual(arming.workload, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });

    await scene.report(pod, { kind: 'armed', number: 1 });
    await eventually('the gate is opened by annotation', async () =>
      (await scene.podNow(pod))?.metadata.annotations?.[ANNOTATIONS.gate] === 'open' ? true : null,
    );
    await node.start(NAMESPACE, pod.metadata.name);
    await eventually('the digest is known', async () =>
      (await scene.traceOf(pod))?.containers?.[0]?.imageDigest === IMAGE_DIGEST ? true : null,
    );

    await scene.deletePod(pod);
    await scene.inPhase(pod, 'Flushing');
    ok(
      (await scene.podNow(pod))?.metadata.finalizers?.includes(FINALIZER),
      'the pod is held until the profile is stored',
    );
    await scene.report(pod, { kind: 'final', number: 2, ...recorded(0, 1, 231) });
    const done = await scene.inPhase(pod, 'Complete');
    deepEqual(done.profiles, ['deployment-web-app']);
    equal(done.completeness?.level, 'observed');
    const stored = await scene.profile('deployment-web-app');
    deepEqual(callNames(stored), ['exit_group', 'read', 'write']);
    equal(stored?.revisions[0]?.imageDigest, IMAGE_DIGEST);
    await scene.letGo(pod);
    await scene.releaseOther(pod);
    await gone('the pod', () => scene.podNow(pod));
    await gone('the tracer', () => scene.tracerOf(pod));
    await gone('the trace state', () => scene.get(KINDS.configMaps, FLAK_NAMESPACE, `trace-${pod.metadata.uid}`));
  });

  it('counts both of two pods that end in the same second', async () => {
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      name: 'db',
      uid: 'f8b5f1c2-0000-4000-8000-000000000001',
      controller: true,
    };
    const pods = await Promise.all(['db-0', 'db-1'].map((name) => scene.runUntilRecording(gatedPod(name, { owner }))));
    await Promise.all(pods.map(scene.deletePod));
    await Promise.all(
      pods.map((pod, index) => scene.report(pod, { kind: 'final', number: 2, ...recorded(index, 231) })),
    );
    await Promise.all(pods.map((pod) => scene.inPhase(pod, 'Complete')));
    const stored = await scene.profile('statefulset-db-app');
    equal(stored?.contributorCount, 2);
    deepEqual(callNames(stored), ['exit_group', 'read', 'write']);
    await Promise.all(pods.map(scene.releaseOther));
    // Their tracers' ends would count as writes of the next ones.
    for (const pod of pods) {
      await gone('the tracer', () => scene.tracerOf(pod));
      await gone('the trace state', () => scene.get(KINDS.configMaps, FLAK_NAMESPACE, `trace-${pod.metadata.uid}`));
    }
  });

  writesCases(() => ({ kube, scene, replicas }));

  it('says on the Trace why a pod that never had a node was not traced, and lets it go at once', async () => {
    const pod = await scene.create(KINDS.pods, gatedPod('waiting'));
    await scene.inPhase(pod, 'Pending');
    await scene.deletePod(pod);
    const trace = await scene.inPhase(pod, 'Untraced');
    equal(trace.reason, 'never-scheduled');
    await scene.releaseOther(pod);
    await gone('the pod', () => scene.podNow(pod));
  });

  it('stores what the last snapshot held when the last report never comes', async () => {
    const pod = await scene.runUntilRecording(gatedPod('silent'));
    await scene.report(pod, { kind: 'snapshot', number: 2, ...recorded(0) });
    await scene.deletePod(pod);
    const trace = await scene.inPhase(pod, 'Complete');
    deepEqual(trace.completeness, { level: 'partial', reasons: ['flush-deadline'], notes: [] });
    deepEqual(callNames(await scene.profile('pod-silent-app')), ['read']);
    await scene.releaseOther(pod);
    await gone('the pod', () => scene.podNow(pod));
  });

  it("releases the gate, and says why, when the tracer's image can't be pulled", async () => {
    const pod = await scene.create(KINDS.pods, gatedPod('unlucky'));
    await node.bind(NAMESPACE, 'unlucky');
    await eventually('a tracer', () => scene.tracerOf(pod));
    const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
    await node.reportTracer(tracerName(pod.metadata.name, pod.metadata.uid), {
      phase: 'Pending',
      containerStatuses: [
        { name: 'tracer', image: '', imageID: '', ready: false, restartCount: 0, state: { waiting } },
      ],
    });
    const trace = await scene.inPhase(pod, 'Untraced');
    equal(trace.reason, 'tracer-image');
    equal((await scene.podNow(pod))?.metadata.annotations?.[ANNOTATIONS.gate], 'release:tracer-image');
    await eventually('the pod is let go', async () =>
      (await scene.podNow(pod))?.metadata.finalizers?.includes(FINALIZER) === false ? true : null,
    );
    await gone('the tracer', () => scene.tracerOf(pod));
    const ofUnlucky = ['get', 'events', '-o', 'json', '--field-selector=involvedObject.name=unlucky'];
    await eventually('an Event FlakGateReleased', async () => {
      const { items } = await server.kubectl.json<{ items: { reason: string }[] }>(['-n', NAMESPACE, ...ofUnlucky]);
      return items.some(({ reason }) => reason === 'FlakGateReleased') ? true : null;
    });
    await scene.deletePod(pod);
    await scene.releaseOther(pod);
  });

  it('goes on when the leader ends', async () => {
    const pod = await scene.runUntilRecording(gatedPod('handed-over'));
    const holder = async (): Promise<string> =>
      (await scene.get<{ spec: { holderIdentity: string } }>(KINDS.leases, FLAK_NAMESPACE, 'flak-controller'))?.spec
        .holderIdentity ?? '';
    const first = await holder();
    const index = first === 'replica-1' ? 0 : 1;
    await replicas[index]?.stop();
    replicas.splice(index, 1);
    await eventually('the other replica leads', async () => {
      const now = await holder();
      return now !== '' && now !== first ? now : null;
    });
    await scene.deletePod(pod);
    await scene.report(pod, { kind: 'final', number: 2, ...recorded(0) });
    await scene.inPhase(pod, 'Complete');
    await scene.releaseOther(pod);
    await gone('the pod', () => scene.podNow(pod));
  });

  it('loses nothing when the API server is away for 10 s', async () => {
    const pod = await scene.runUntilRecording(gatedPod('patient'));
    await scene.deletePod(pod);
    await scene.inPhase(pod, 'Flushing');
    await server.restartAfter(10_000);
    await scene.report(pod, { kind: 'final', number: 2, ...recorded(0) });
    const trace = await scene.inPhase(pod, 'Complete');
    equal(trace.completeness?.level, 'observed');
    await scene.releaseOther(pod);
    await gone('the pod', () => scene.podNow(pod));
    await gone('the tracer', () => scene.tracerOf(pod));
  });
});
