/** What Flak can't do, or is kept from doing, to one target: it starts and ends all the same, and Trace and Event say why. */
import assert from 'node:assert/strict';
import { FINALIZER, FLAK_NAMESPACE, USER_ANNOTATIONS } from '../../webhook/names.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { findPod, type ObservedPod, waitForEvent, waitForTrace } from './observe.ts';
import { proceed } from './proceed.ts';
import { REFUSAL_WORDS, refuseTracersOf } from './refuse-tracers.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { madeBy, profilesOf } from './stored-profiles.ts';
import { pod, shellContainer, TRACED, WAITS_FOR_WORD } from './targets.ts';

const FAIL_CLOSED = { [USER_ANNOTATIONS.failClosed]: 'true' };
/** Long enough for the kubelet to have said that its gate runs, before it says that it ended. */
const TWENTY_SECONDS = { [USER_ANNOTATIONS.gateTimeoutSeconds]: '20' };

describe('a target that Flak fails', () => {
  let flak: FlakCluster;
  let open: Awaited<ReturnType<typeof scratchNamespace>>;
  /** Here every tracer is refused. */
  let refused: Awaited<ReturnType<typeof scratchNamespace>>;
  let policy: Awaited<ReturnType<typeof refuseTracersOf>>;

  function target(
    namespace: string,
    name: string,
    more: { annotations?: object; spec?: object; labels?: object },
  ): object {
    const containers = [shellContainer(flak.image('workbench'), 'main', WAITS_FOR_WORD)];
    return pod(namespace, name, {
      labels: { ...TRACED, ...more.labels },
      annotations: { ...more.annotations },
      spec: { containers, terminationGracePeriodSeconds: 1, ...more.spec },
    });
  }

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    open = await scratchNamespace(flak.kubectl, 'open');
    refused = await scratchNamespace(flak.kubectl, 'refused');
    policy = await refuseTracersOf(flak.kubectl, refused.name);
    const items = [
      target(refused.name, 'refused', {}),
      target(refused.name, 'closed-timeout', {
        annotations: { ...FAIL_CLOSED, ...TWENTY_SECONDS },
        spec: { restartPolicy: 'Never' },
      }),
      target(refused.name, 'closed-later', { annotations: FAIL_CLOSED }),
      target(refused.name, 'closed-deleted', { annotations: FAIL_CLOSED }),
      target(open.name, 'unschedulable', { spec: { nodeSelector: { 'flak.dev/no-such-node': 'true' } } }),
      ...['forced', 'withdrawn', 'handed-over', 'tracer-forced'].map((name) => target(open.name, name, {})),
      target(open.name, 'late', { labels: { 'flak.dev/trace': 'false' } }),
    ];
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  });

  after(async () => {
    await policy.lift();
    await Promise.all([open.remove(), refused.remove()]);
  });

  const isReady = (namespace: string, name: string): Promise<string> =>
    flak.kubectl.run(['wait', '--for=condition=Ready', `pod/${name}`, '-n', namespace, '--timeout=180s']);
  const remove = (namespace: string, name: string, ...how: string[]): Promise<string> =>
    flak.kubectl.run(['delete', 'pod', name, '-n', namespace, '--timeout=180s', ...how]);

  /** The finalizer goes a moment after its Trace is finished. */
  const isLetGo = (namespace: string, name: string): Promise<void> =>
    waitUntil(
      `${name} is let go`,
      async () => !(await findPod(flak.kubectl, namespace, name))?.metadata.finalizers?.includes(FINALIZER),
      { limitMs: 90_000 },
    );

  it('starts at once when the API server refuses its tracer, whose words Trace and Event repeat', async () => {
    await isReady(refused.name, 'refused');
    const { status } = await waitForTrace(flak.kubectl, refused.name, 'refused', ['Untraced']);
    assert.equal(status.reason, 'tracer-rejected');
    assert.match(status.message ?? '', new RegExp(REFUSAL_WORDS));
    assert.match(await waitForEvent(flak.kubectl, refused.name, 'refused', 'FlakNotTraced'), new RegExp(REFUSAL_WORDS));
    const log = await flak.kubectl.run(['logs', 'refused', '-c', 'flak-gate', '-n', refused.name]);
    assert.match(log, /released after .* tracer-rejected/);
    await isLetGo(refused.name, 'refused');
  });

  it('fails at its timeout when it is fail-closed and no tracer can be made', async () => {
    const failed = ['wait', '--for=jsonpath={.status.phase}=Failed', 'pod/closed-timeout', '--timeout=180s'];
    await flak.kubectl.run([...failed, '-n', refused.name]);
    const found = await findPod(flak.kubectl, refused.name, 'closed-timeout');
    const gate = found?.status.initContainerStatuses?.find(({ name }) => name === 'flak-gate');
    assert.equal(gate?.state.terminated?.exitCode, 1);
    assert.equal(found?.status.containerStatuses?.[0]?.state.waiting?.reason, 'PodInitializing');
    const words = await waitForEvent(flak.kubectl, refused.name, 'closed-timeout', 'FlakWaiting');
    assert.match(words, /until \d{4}-.* at the latest; then it fails/);
    await waitForTrace(flak.kubectl, refused.name, 'closed-timeout', ['Untraced']);
  });

  it('goes at once when it is deleted while it waits at a closed gate', async () => {
    await waitForEvent(flak.kubectl, refused.name, 'closed-deleted', 'FlakWaiting');
    await remove(refused.name, 'closed-deleted');
    const { status } = await waitForTrace(flak.kubectl, refused.name, 'closed-deleted', ['Untraced']);
    assert.equal(status.reason, 'never-started');
  });

  it('starts traced, although fail-closed, once tracers are allowed', async () => {
    const waiting = await findPod(flak.kubectl, refused.name, 'closed-later');
    assert.equal(waiting?.status.phase, 'Pending');
    await policy.lift();
    await isReady(refused.name, 'closed-later');
    await remove(refused.name, 'closed-later');
    const profile = (await profilesOf(flak.kubectl, refused.name)).get('pod-closed-later-main');
    assert.equal(profile?.completeness.level, 'observed');
  });

  it('goes at once when it is deleted before it has a node', async () => {
    await waitForTrace(flak.kubectl, open.name, 'unschedulable', ['Pending']);
    await remove(open.name, 'unschedulable');
    const { status } = await waitForTrace(flak.kubectl, open.name, 'unschedulable', ['Untraced']);
    assert.equal(status.reason, 'never-scheduled');
  });

  it('keeps what was recorded when it is deleted by force', async () => {
    await waitForTrace(flak.kubectl, open.name, 'forced', ['Recording']);
    await isReady(open.name, 'forced');
    await proceed(flak.kubectl, open.name, 'forced');
    await remove(open.name, 'forced', '--grace-period=0', '--force');
    await waitForTrace(flak.kubectl, open.name, 'forced', ['Complete']);
    const profile = (await profilesOf(flak.kubectl, open.name)).get('pod-forced-main');
    assert.ok(madeBy(profile, 'startup', 'serving').has('mkdir'));
    assert.deepEqual(profile?.completeness.reasons, []);
  });

  it('is let go with what was seen when its labels are removed', async () => {
    await isReady(open.name, 'withdrawn');
    await waitForTrace(flak.kubectl, open.name, 'withdrawn', ['Recording']);
    const labels = ['label', 'pod', 'withdrawn', 'flak.dev/trace-', 'flak.dev/traced-', '-n', open.name];
    await flak.kubectl.run(labels);
    const { status } = await waitForTrace(flak.kubectl, open.name, 'withdrawn', ['Complete']);
    assert.equal(status.completeness?.level, 'partial');
    await isLetGo(open.name, 'withdrawn');
    assert.equal((await findPod(flak.kubectl, open.name, 'withdrawn'))?.status.phase, 'Running');
  });

  async function losesNothing(name: string, endTracer: (tracer: ObservedPod) => Promise<unknown>): Promise<void> {
    await isReady(open.name, name);
    const { status } = await waitForTrace(flak.kubectl, open.name, name, ['Recording']);
    const tracer = await findPod(flak.kubectl, FLAK_NAMESPACE, status.tracer ?? '');
    assert.ok(tracer);
    await endTracer(tracer);
    await proceed(flak.kubectl, open.name, name);
    const isReplaced = async (): Promise<boolean> => {
      const found = await findPod(flak.kubectl, FLAK_NAMESPACE, tracer.metadata.name);
      return found?.status.phase === 'Running' && found.metadata.uid !== tracer.metadata.uid;
    };
    await waitUntil('the tracer has a successor', isReplaced, { limitMs: 90_000 });
    await remove(open.name, name);
    const profile = (await profilesOf(flak.kubectl, open.name)).get(`pod-${name}-main`);
    assert.ok(madeBy(profile, 'startup', 'serving').has('mkdir'));
    assert.deepEqual(profile?.completeness, { level: 'observed', reasons: [], notes: ['tracer-restarted'] });
  }

  it('loses nothing when its tracer is deleted', async () => {
    await losesNothing('handed-over', ({ metadata }) => remove(FLAK_NAMESPACE, metadata.name));
  });

  it('loses nothing when its tracer is deleted by force', async () => {
    const force = ['--grace-period=0', '--force'];
    await losesNothing('tracer-forced', ({ metadata }) => remove(FLAK_NAMESPACE, metadata.name, ...force));
  });

  it('is recorded from then on when it is labelled while it runs, and its profile says so', async () => {
    await isReady(open.name, 'late');
    await flak.kubectl.run(['label', 'pod', 'late', 'flak.dev/trace=true', '--overwrite', '-n', open.name]);
    await waitForTrace(flak.kubectl, open.name, 'late', ['Recording']);
    await proceed(flak.kubectl, open.name, 'late');
    await remove(open.name, 'late');
    const profile = (await profilesOf(flak.kubectl, open.name)).get('pod-late-main');
    assert.ok(madeBy(profile, 'startup', 'serving').has('mkdir'));
    assert.deepEqual(profile?.completeness.reasons, ['late-arming']);
  });
});
