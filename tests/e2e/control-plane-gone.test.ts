/** Without any control plane pods start and run; what was under way is finished when it comes back. */
import assert from 'node:assert/strict';
import { FLAK_NAMESPACE, GATE, OBJECTS, USER_ANNOTATIONS } from '../../webhook/names.ts';
import { recordFigure } from '../figure.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { waitForRollout } from './install.ts';
import { findPod, type ObservedPod, waitForTrace } from './observe.ts';
import { proceed } from './proceed.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { madeBy, profilesOf } from './stored-profiles.ts';
import { pod, type PodShape, shellContainer, TRACED, WAITS_FOR_WORD } from './targets.ts';

/** Admission has put a gate into such a pod, and nothing of it starts before this is taken away. */
const HELD = { schedulingGates: [{ name: 'flak.dev/held-by-test' }] };
const FIVE_SECONDS = { [USER_ANNOTATIONS.gateTimeoutSeconds]: '5' };

describe('no control plane', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;
  /** As the API server answered, and how soon. */
  let created: ObservedPod;
  let creationMs: number;

  const inNamespace = (...args: string[]): Promise<string> => flak.kubectl.run([...args, '-n', namespace.name]);
  const isReady = (name: string): Promise<string> =>
    inNamespace('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=180s');
  const scale = (replicas: number): Promise<string> =>
    flak.kubectl.run(['scale', `deployment/${OBJECTS.deployment}`, `--replicas=${replicas}`, '-n', FLAK_NAMESPACE]);

  function target(name: string, more: PodShape): object {
    const containers = [shellContainer(flak.image('workbench'), 'main', WAITS_FOR_WORD)];
    const spec = { containers, terminationGracePeriodSeconds: 1, ...more.spec };
    return pod(namespace.name, name, { labels: TRACED, ...more, spec });
  }

  async function release(name: string): Promise<void> {
    const patch = JSON.stringify([{ op: 'remove', path: '/spec/schedulingGates' }]);
    await inNamespace('patch', 'pod', name, '--type=json', '-p', patch);
  }

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    namespace = await scratchNamespace(flak.kubectl, 'alone');
    const items = [
      target('recorded', { spec: {} }),
      target('held', { annotations: FIVE_SECONDS, spec: HELD }),
      target('held-closed', {
        annotations: { ...FIVE_SECONDS, [USER_ANNOTATIONS.failClosed]: 'true' },
        spec: { ...HELD, restartPolicy: 'Never' },
      }),
    ];
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await waitForTrace(flak.kubectl, namespace.name, 'recorded', ['Recording']);
    await isReady('recorded');
    await scale(0);
    const gone = ['wait', '--for=delete', 'pod', '-l', 'app.kubernetes.io/component=webhook', '--timeout=270s'];
    await flak.kubectl.run([...gone, '-n', FLAK_NAMESPACE]);
    const since = performance.now();
    created = await flak.kubectl.json<ObservedPod>(['create', '-f', '-'], JSON.stringify(target('new', { spec: {} })));
    creationMs = Math.round(performance.now() - since);
    await Promise.all(['held', 'held-closed'].map(release));
  });

  after(async function () {
    this.timeout(600_000);
    await scale(2);
    await waitForRollout(flak.kubectl);
    await namespace.remove();
  });

  it('leaves a new labelled pod as it was submitted, and it starts', async function () {
    recordFigure(this, `creating it took ${creationMs} ms, kubectl included`);
    assert.deepEqual([created.spec.initContainers, created.metadata.finalizers], [undefined, undefined]);
    await isReady('new');
  });

  it('lets a waiting gate open at its timeout', async () => {
    await isReady('held');
    assert.match(await inNamespace('logs', 'held', '-c', GATE.container), /timed out after ([5-9]|[1-4]\d)\.\d+ s/);
  });

  it('fails a target that is fail-closed', async () => {
    await inNamespace('wait', '--for=jsonpath={.status.phase}=Failed', 'pod/held-closed', '--timeout=180s');
  });

  it('loses nothing of a target that ends meanwhile: its profile is stored once there is one again', async () => {
    await proceed(flak.kubectl, namespace.name, 'recorded');
    await inNamespace('delete', 'pod', 'recorded', '--wait=false');
    await scale(2);
    await waitForTrace(flak.kubectl, namespace.name, 'recorded', ['Complete'], 120_000);
    const isGone = async (): Promise<boolean> =>
      (await findPod(flak.kubectl, namespace.name, 'recorded')) === undefined;
    await waitUntil('the pod is gone', isGone, { limitMs: 180_000 });
    const profile = (await profilesOf(flak.kubectl, namespace.name)).get('pod-recorded-main');
    assert.ok(madeBy(profile, 'startup', 'serving').has('mkdir'));
    assert.deepEqual(profile?.completeness.reasons, []);
  });

  it('lasts no longer than it is missing: pods that started without it are recorded from then on, and profiles say so', async () => {
    await Promise.all(['held', 'new'].map(isReady));
    await scale(2);
    for (const name of ['held', 'new']) await waitForTrace(flak.kubectl, namespace.name, name, ['Recording'], 120_000);
    await Promise.all(['held', 'new'].map((name) => proceed(flak.kubectl, namespace.name, name)));
    await inNamespace('delete', 'pod', 'held', 'new', '--timeout=180s');
    const profiles = await profilesOf(flak.kubectl, namespace.name);
    for (const [name, reason] of [
      ['held', /^gate-(timeout|released)$/],
      ['new', /^late-arming$/],
    ] as const) {
      const profile = profiles.get(`pod-${name}-main`);
      assert.ok(madeBy(profile, 'startup', 'serving').has('mkdir'), name);
      assert.equal(profile?.completeness.level, 'partial', name);
      for (const found of profile.completeness.reasons) assert.match(found, reason);
    }
  });
});
