/** A control plane that loses a replica, or its API server, loses nothing of a trace. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { FINALIZER, FLAK_NAMESPACE, LABELS, OBJECTS } from '../../webhook/names.ts';
import { startApiServer } from '../cluster/control-plane/start.ts';
import { stopDaemons } from '../cluster/daemons/daemon.ts';
import { layoutOf } from '../cluster/layout.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { recordFigure } from '../figure.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { findPod, podsOf, waitForEvent, waitForTrace } from './observe.ts';
import { proceed } from './proceed.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { madeBy, profilesOf, waitForPhases } from './stored-profiles.ts';
import { waitForGates } from './wait-for-gates.ts';
import { pod, replicated, shellContainer, TRACED, WAITS_FOR_WORD } from './targets.ts';

/** Longer than the leader's Lease is good for (15 s). */
const OUTAGE_MS = 20_000;
/** FLAK_TRACERS_PER_NODE, by default. */
const CAP = 10;

describe('a control plane in trouble', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    namespace = await scratchNamespace(flak.kubectl, 'trouble');
    const items = ['failover', 'outage', 'deleted-before'].map((name) =>
      pod(namespace.name, name, shapeOf(WAITS_FOR_WORD)),
    );
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await waitForPhases(flak.kubectl, namespace.name, 3, ['Recording']);
    await flak.kubectl.run(['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=180s', '-n', namespace.name]);
  });

  after(async () => {
    await namespace.remove();
  });

  function shapeOf(line: string): Parameters<typeof pod>[2] {
    const containers = [shellContainer(flak.image('workbench'), 'main', line)];
    return { labels: TRACED, spec: { containers, terminationGracePeriodSeconds: 1 } };
  }

  /** The target's pod is gone, and its profile has what it did at the very end of its life. */
  async function assertWhole(name: string): Promise<void> {
    await waitForTrace(flak.kubectl, namespace.name, name, ['Complete'], 90_000);
    // Its profile is stored when the last report is there; the kubelet says once more, as late as it likes, that it is gone.
    const isGone = async (): Promise<boolean> => (await findPod(flak.kubectl, namespace.name, name)) === undefined;
    await waitUntil('the pod is gone', isGone, { limitMs: 180_000 });
    const profile = (await profilesOf(flak.kubectl, namespace.name)).get(`pod-${name}-main`);
    assert.ok(madeBy(profile, 'startup', 'serving').has('mkdir'));
    assert.deepEqual([profile?.completeness.level, profile?.completeness.reasons], ['observed', []]);
  }

  it('finishes a trace although its leader was killed', async function () {
    const lease = ['get', 'lease', OBJECTS.lease, '-n', FLAK_NAMESPACE, '-o', 'jsonpath={.spec.holderIdentity}'];
    const leader = await flak.kubectl.run(lease);
    const since = performance.now();
    await flak.kubectl.run(['delete', 'pod', leader, '-n', FLAK_NAMESPACE, '--grace-period=0', '--force']);
    await proceed(flak.kubectl, namespace.name, 'failover');
    await flak.kubectl.run(['delete', 'pod', 'failover', '-n', namespace.name, '--timeout=270s']);
    recordFigure(this, `profile stored ${((performance.now() - since) / 1000).toFixed(1)} s after the kill`);
    await assertWhole('failover');
    assert.notEqual(await flak.kubectl.run(lease), leader);
  });

  it('finishes its traces after an API server that was away, also of a target that ended meanwhile', async () => {
    await proceed(flak.kubectl, namespace.name, 'outage');
    await proceed(flak.kubectl, namespace.name, 'deleted-before');
    await flak.kubectl.run(['delete', 'pod', 'deleted-before', '-n', namespace.name, '--wait=false']);
    const layout = layoutOf(flak.cluster.stateDirectory);
    await stopDaemons(layout, ['kube-apiserver']);
    try {
      await sleep(OUTAGE_MS);
    } finally {
      await startApiServer(layout, flak.cluster.binaries);
    }
    await assertWhole('deleted-before');
    assert.ok((await findPod(flak.kubectl, namespace.name, 'outage'))?.metadata.finalizers?.includes(FINALIZER));
    await flak.kubectl.run(['delete', 'pod', 'outage', '-n', namespace.name, '--timeout=180s']);
    await assertWhole('outage');
    const ready = ['wait', '-n', FLAK_NAMESPACE, '--for=condition=Available', `deployment/${OBJECTS.deployment}`];
    await flak.kubectl.run([...ready, '--timeout=180s']);
  });

  it('tells twenty pods that come at once apart, and lets those beyond the cap go at once', async function () {
    const many = await scratchNamespace(flak.kubectl, 'many');
    try {
      await waitForGates(flak.kubectl, many.name);
      // Those of earlier targets count to the cap until they are gone.
      const tracers = ['get', 'pods', '-n', FLAK_NAMESPACE, '-l', `${LABELS.component}=tracer`, '-o', 'name'];
      await waitUntil('earlier tracers to go', async () => (await flak.kubectl.run(tracers)) === '', {
        limitMs: 180_000,
      });
      const deployment = replicated('Deployment', many.name, 'many', 20, shapeOf('exec sleep 600'));
      await flak.kubectl.run(['create', '-f', '-'], JSON.stringify(deployment));
      const isAvailable = ['wait', '--for=condition=Available', 'deployment/many', '--timeout=180s'];
      await flak.kubectl.run([...isAvailable, '-n', many.name]);
      // One without a gate is traced late: it has nothing to lose by waiting for a place, so that it never ends as untraced.
      const gated = await podsOf(flak.kubectl, many.name, 'flak.dev/traced=true,app=many');
      assert.equal(gated.length, 20);
      const traces = await waitForPhases(flak.kubectl, many.name, 20, ['Recording', 'Untraced'], 180_000);
      const pods = await podsOf(flak.kubectl, many.name, 'app=many');
      const ids = pods.map(({ metadata }) => metadata.annotations?.['flak.dev/trace-id']);
      assert.equal(new Set(ids).size, 20);
      assert.equal(new Set(traces.map(({ spec }) => spec.podUid)).size, 20);
      const untraced = traces.filter(({ status }) => status?.phase === 'Untraced');
      assert.deepEqual(new Set(untraced.map(({ status }) => status?.reason)), new Set(['capped']));
      for (const { spec } of untraced) {
        assert.match(await waitForEvent(flak.kubectl, many.name, spec.podName, 'FlakNotTraced'), /as many tracers as/);
      }
      const recorded = 20 - untraced.length;
      recordFigure(this, `${recorded} recorded, ${untraced.length} capped`);
      assert.equal(recorded, CAP);
      await flak.kubectl.run([
        'delete',
        'deployment',
        'many',
        '--cascade=foreground',
        '--timeout=360s',
        '-n',
        many.name,
      ]);
      const profile = (await profilesOf(flak.kubectl, many.name)).get('deployment-many-main');
      assert.equal(profile?.contributorCount, recorded);
    } finally {
      await many.remove();
    }
  });
});
