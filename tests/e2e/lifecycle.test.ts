/** Rows F1 to F5: who is touched, where the tracer runs, what the Trace says, and in which order a target ends. */
import assert from 'node:assert/strict';
import { FINALIZER } from '../../webhook/names.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { type StoredTrace, waitForPhases } from './stored-profiles.ts';
import { pod, shellContainer, TRACED } from './targets.ts';
import { watchDeletion } from './watch-deletion.ts';

interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
  readonly spec: Readonly<Record<string, unknown>> & { readonly nodeName: string };
  readonly status: { readonly containerStatuses: readonly { readonly name: string; readonly imageID: string }[] };
}

const COMMAND = 'touch /tmp/started; exec sleep 600';
/** What a user might submit to have Flak believe something. */
const SPOOFED = {
  'flak.dev/gate': 'open',
  'flak.dev/trace-id': 'forged',
  'flak.dev/target-pod': 'other',
  'flak.dev/made-up': 'x',
};

describe('the life of a trace', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;
  let target: PodObject;
  let tracer: PodObject;
  let trace: StoredTrace;

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    namespace = await scratchNamespace(flak.kubectl, 'lifecycle');
    const spec = { containers: [shellContainer(flak.image('workbench'), 'main', COMMAND)] };
    const object = pod(namespace.name, 'target', { labels: TRACED, annotations: SPOOFED, spec });
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify(object));
    await flak.kubectl.run(['wait', '--for=condition=Ready', 'pod/target', '--timeout=360s', '-n', namespace.name]);
    // The Trace may lag behind the pod by some seconds.
    const knowsImage = async (): Promise<boolean> => {
      const [found] = await waitForPhases(flak.kubectl, namespace.name, 1, ['Recording']);
      assert.ok(found);
      trace = found;
      return found.status?.containers?.every(({ imageDigest }) => imageDigest !== '') === true;
    };
    await waitUntil('the Trace knows the image', knowsImage, { limitMs: 180_000 });
    target = await flak.kubectl.json<PodObject>(['get', 'pod', 'target', '-n', namespace.name]);
    tracer = await flak.kubectl.json<PodObject>(['get', 'pod', trace.status?.tracer ?? '', '-n', 'flak-system']);
  });

  after(async () => {
    await namespace.remove();
  });

  it('leaves the stored spec of an unlabelled pod as it is without Flak', async () => {
    const shape = { spec: { containers: [shellContainer(flak.image('workbench'), 'main', 'true')] } };
    const stored = async (name: string, labels: Record<string, string>): Promise<string> => {
      const object = pod(namespace.name, name, { ...shape, labels });
      const created = await flak.kubectl.json<PodObject>(
        ['create', '--dry-run=server', '-f', '-'],
        JSON.stringify(object),
      );
      const spec = JSON.stringify(created.spec).replaceAll(/kube-api-access-\w+/g, 'kube-api-access');
      return JSON.stringify([spec, created.metadata.finalizers ?? [], created.metadata.annotations ?? {}]);
    };
    const withFlak = await stored('unlabelled', {});
    assert.notEqual(
      await stored('unlabelled', TRACED),
      withFlak,
      'the webhook must be at work for this to prove anything',
    );
    assert.equal(withFlak, await stored('unlabelled', { 'flak.dev/trace': 'false' }));
    assert.doesNotMatch(withFlak, /flak-gate|flak\.dev/);
  });

  it('runs the tracer on the node of its target', () => {
    assert.equal(tracer.spec.nodeName, target.spec.nodeName);
  });

  it("keeps a namespace's administrator away from the tracer", async () => {
    const user = `admin-of-${namespace.name}`;
    const grant = ['create', 'rolebinding', 'admin', '--clusterrole=admin', `--user=${user}`, '-n', namespace.name];
    await flak.kubectl.run(grant);
    const admin = flak.kubectl.as(user);
    assert.equal((await admin.attempt(['get', 'pod', 'target', '-n', namespace.name])).exitCode, 0);
    const attempts = [
      ['exec', tracer.metadata.name, '--', 'true'],
      ['logs', tracer.metadata.name],
      ['delete', 'pod', tracer.metadata.name],
    ];
    for (const attempt of attempts) {
      const { exitCode, stderr } = await admin.attempt([...attempt, '-n', 'flak-system']);
      assert.notEqual(exitCode, 0);
      assert.match(stderr, /Forbidden|forbidden/);
    }
  });

  it('says in the Trace what the API server says of the pod', () => {
    const { status } = trace;
    assert.equal(status?.node, target.spec.nodeName);
    assert.equal(trace.spec.podName, 'target');
    assert.equal(trace.spec.podUid, target.metadata.uid);
    assert.deepEqual(status.workload, { apiVersion: 'v1', kind: 'Pod', name: 'target' });
    const main = status.containers?.find(({ name }) => name === 'main');
    assert.deepEqual(main?.command, ['/bin/sh', '-c', COMMAND]);
    assert.equal(main.imageDigest, target.status.containerStatuses.find(({ name }) => name === 'main')?.imageID);
  });

  it('names the tracer after its target, and writes on it whose it is', () => {
    assert.equal(tracer.metadata.name, `tracer-target-${target.metadata.uid.slice(0, 8)}`);
    assert.equal(tracer.metadata.annotations?.['flak.dev/target-ns'], namespace.name);
    assert.equal(tracer.metadata.annotations['flak.dev/target-pod'], 'target');
    assert.equal(tracer.metadata.annotations['flak.dev/target-container'], 'main');
    assert.match(tracer.metadata.annotations['flak.dev/target-command'] ?? '', /touch \/tmp\/started/);
  });

  it('overwrites what a user pretends in flak.dev annotations', () => {
    const annotations = target.metadata.annotations ?? {};
    assert.notEqual(annotations['flak.dev/trace-id'], SPOOFED['flak.dev/trace-id']);
    assert.equal(annotations['flak.dev/made-up'], undefined);
    assert.equal(annotations['flak.dev/target-pod'], undefined);
  });

  it('has stored the profile before the pod object is gone, and then removes the tracer', async () => {
    assert.ok(target.metadata.finalizers?.includes(FINALIZER));
    const order = await watchDeletion(flak, namespace.name, 'target', 'pod-target-main', async () => {
      await flak.kubectl.run(['delete', 'pod', 'target', '--timeout=180s', '-n', namespace.name]);
    });
    assert.ok(order.profileStored < order.podGone, JSON.stringify(order));
    await flak.kubectl.run([
      'wait',
      '--for=delete',
      `pod/${tracer.metadata.name}`,
      '--timeout=180s',
      '-n',
      'flak-system',
    ]);
  });
});
