/** Images that can't be pulled: no pod waits for them longer than it must, and Trace and Event say what is the matter. */
import assert from 'node:assert/strict';
import { FINALIZER, FLAK_NAMESPACE, GATE, OBJECTS } from '../../webhook/names.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { installFlak } from './install.ts';
import { type ObservedPod, podsOf, waitForEvent, waitForTrace } from './observe.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { pod, replicated, shellContainer, TRACED } from './targets.ts';

/** A registry that refuses every connection at once. */
const NOWHERE = '127.0.0.1:1';

describe('an image that cannot be pulled', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    namespace = await scratchNamespace(flak.kubectl, 'images');
  });

  after(async function () {
    this.timeout(300_000);
    await installFlak(flak.kubectl, flak.images);
    await namespace.remove();
  });

  const create = (...items: object[]): Promise<string> =>
    flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const isReady = (...what: string[]): Promise<string> =>
    flak.kubectl.run(['wait', '--for=condition=Ready', ...what, '-n', namespace.name, '--timeout=180s']);

  function shape(): Parameters<typeof pod>[2] {
    const containers = [shellContainer(flak.image('workbench'), 'main', 'exec sleep 600')];
    return { labels: TRACED, spec: { containers, terminationGracePeriodSeconds: 1 } };
  }

  /** What an `apply` with another tracer image changes, but for the Deployment, which wouldn't be rolled out in no time. */
  async function nameTracerImage(image: string): Promise<void> {
    const template = JSON.stringify({ template: { spec: { containers: [{ name: 'tracer', image }] } } });
    const variable = '/spec/variables/0';
    const policy = JSON.stringify([
      { op: 'test', path: `${variable}/name`, value: 'image' },
      { op: 'replace', path: `${variable}/expression`, value: `'${image}'` },
    ]);
    await flak.kubectl.run(['patch', 'podtemplate', OBJECTS.imagesTemplate, '-n', FLAK_NAMESPACE, '-p', template]);
    await flak.kubectl.run(['patch', 'validatingadmissionpolicy', 'flak-tracers', '--type=json', '-p', policy]);
  }

  const replicas = (): Promise<readonly ObservedPod[]> =>
    podsOf(flak.kubectl, FLAK_NAMESPACE, 'app.kubernetes.io/component=webhook');

  /** Of both replicas together, by the metric that counts admission's reasons. */
  async function skipsFor(reason: string): Promise<number> {
    const pages = await Promise.all(
      (await replicas()).map(({ metadata }) =>
        flak.kubectl.run([
          'get',
          '--raw',
          `/api/v1/namespaces/${FLAK_NAMESPACE}/pods/${metadata.name}:8080/proxy/metrics`,
        ]),
      ),
    );
    const counts = pages.flatMap((page) => page.split('\n')).filter((line) => line.includes(`reason="${reason}"`));
    return counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  it("of the tracer: its target starts untraced, and Trace and Event repeat the kubelet's words", async () => {
    await nameTracerImage(`${NOWHERE}/flak-tracer:none`);
    await create(pod(namespace.name, 'untraced', shape()));
    await isReady('pod/untraced');
    const { status } = await waitForTrace(flak.kubectl, namespace.name, 'untraced', ['Untraced']);
    assert.equal(status.reason, 'tracer-image');
    assert.match(status.message ?? '', /127\.0\.0\.1:1\/flak-tracer:none/);
    const words = await waitForEvent(flak.kubectl, namespace.name, 'untraced', 'FlakNotTraced');
    assert.match(words, /127\.0\.0\.1:1\/flak-tracer:none/);
    const log = await flak.kubectl.run(['logs', 'untraced', '-c', GATE.container, '-n', namespace.name]);
    assert.match(log, /released after .* tracer-image/);
  });

  describe('of gate and tracer, as when their registry is away', () => {
    let successor: ObservedPod | undefined;

    before(async function () {
      this.timeout(300_000);
      const broken = { ...flak.images };
      for (const name of ['flak-gate', 'flak-tracer']) broken[`ghcr.io/flak-dev/${name}`] = `${NOWHERE}/${name}:none`;
      await installFlak(flak.kubectl, broken);
      // Those that are ending go on answering for a moment, with the gate image of before.
      const isAlone = async (): Promise<boolean> => (await replicas()).length === 2;
      await waitUntil('the old replicas are gone', isAlone, { limitMs: 180_000 });
      await create(pod(namespace.name, 'bare', shape()), replicated('Deployment', namespace.name, 'owned', 1, shape()));
    });

    it('evicts a pod that has a controller, whose successor gets no gate', async () => {
      const owned = (): Promise<readonly ObservedPod[]> => podsOf(flak.kubectl, namespace.name, 'app=owned');
      await waitUntil('its first pod', async () => (await owned()).length > 0, { limitMs: 90_000 });
      const [first] = await owned();
      assert.equal(first?.spec.initContainers?.[0]?.image, `${NOWHERE}/flak-gate:none`);
      const isReplaced = async (): Promise<boolean> => {
        successor = (await owned()).find(({ metadata }) => metadata.uid !== first.metadata.uid);
        return successor !== undefined;
      };
      await waitUntil('the pod has a successor', isReplaced, { limitMs: 180_000 });
      await isReady(`pod/${successor?.metadata.name ?? ''}`);
      assert.equal(successor?.spec.initContainers, undefined);
      const words = await waitForEvent(flak.kubectl, namespace.name, first.metadata.name, 'FlakGateImageUnavailable');
      assert.match(words, /flak-gate:none .*evicted/);
      await waitForTrace(flak.kubectl, namespace.name, first.metadata.name, ['Untraced']);
      assert.ok((await skipsFor('gate-image-unavailable')) > 0);
    });

    it('tells the owner of a bare pod what to do', async () => {
      const words = await waitForEvent(flak.kubectl, namespace.name, 'bare', 'FlakGateImageUnavailable');
      assert.match(words, /flak-gate:none .*Delete and create the pod again/);
      await flak.kubectl.run(['delete', 'pod', 'bare', '-n', namespace.name, '--timeout=180s']);
      await create(pod(namespace.name, 'bare', shape()));
      await isReady('pod/bare');
    });

    it('keeps no replica from becoming ready', async () => {
      await waitForEvent(flak.kubectl, namespace.name, 'bare', 'FlakGateImageUnavailable');
      const [replica] = await replicas();
      await flak.kubectl.run(['delete', 'pod', replica?.metadata.name ?? '', '-n', FLAK_NAMESPACE, '--wait=false']);
      const rollout = ['rollout', 'status', `deployment/${OBJECTS.deployment}`, '-n', FLAK_NAMESPACE];
      await flak.kubectl.run([...rollout, '--timeout=180s']);
    });

    it('is forgotten when another one is installed', async () => {
      await installFlak(flak.kubectl, flak.images);
      await create(pod(namespace.name, 'again', shape()));
      await waitForTrace(flak.kubectl, namespace.name, 'again', ['Recording']);
      const [again] = (
        await flak.kubectl.json<{ items: ObservedPod[] }>(['get', 'pods', '-n', namespace.name])
      ).items.filter(({ metadata }) => metadata.name === 'again');
      assert.ok(again?.metadata.finalizers?.includes(FINALIZER));
    });
  });
});
