/** An upgrade under a stream of labelled pods. Long: it rolls the control plane. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { FINALIZER, FLAK_NAMESPACE, GATE } from '../../webhook/names.ts';
import { type FlakCluster, flakCluster } from '../e2e/flak-cluster.ts';
import { installFlak, waitForRollout, withOverlay } from '../e2e/install.ts';
import { type ObservedPod, podsOf } from '../e2e/observe.ts';
import { retagImages } from '../e2e/retag-images.ts';
import { scratchNamespace } from '../e2e/scratch-namespace.ts';
import { tracesOf } from '../e2e/stored-profiles.ts';
import { shellPod, TRACED } from '../e2e/targets.ts';
import { recordFigure } from '../figure.ts';

/** Pods that are created during an upgrade and not through yet. */
const AT_ONCE = 5;

describe('upgrading', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;

  const target = (name: string, labels: Readonly<Record<string, string>>, line: string): string =>
    shellPod(namespace.name, name, flak.image('workbench'), { labels, line });

  before(async () => {
    flak = await flakCluster();
    namespace = await scratchNamespace(flak.kubectl, 'upgrade');
  });

  after(async () => {
    await namespace.remove();
    await installFlak(flak.kubectl, flak.images);
  });

  it('traces every pod that is created while another version is rolled out', async function () {
    const upgraded = await retagImages(flak, ['flak-webhook', 'flak-tracer'], 'upgrade');
    const rollout = { over: false };
    const rolling = withOverlay(upgraded, async (directory) => {
      await flak.kubectl.run(['apply', '-k', directory]);
      await waitForRollout(flak.kubectl);
    }).finally(() => {
      rollout.over = true;
    });
    const heldPods = async (): Promise<number> => {
      const pods = await podsOf(flak.kubectl, namespace.name, 'test=rolling');
      return pods.filter(({ metadata }) => metadata.finalizers?.includes(FINALIZER)).length;
    };
    let created = 0;
    while (!rollout.over) {
      created += 1;
      const made = await flak.kubectl.json<ObservedPod>(
        ['create', '-f', '-'],
        target(`rolling-${created}`, { ...TRACED, test: 'rolling' }, 'sleep 1'),
      );
      assert.equal(made.spec.initContainers?.[0]?.name, GATE.container, `pod ${created} came without a gate`);
      // Below the cap of 10 tracers per node, above which Flak lets pods go untraced.
      while ((await heldPods()) >= AT_ONCE) await sleep(200);
      await sleep(500);
    }
    await rolling;
    const isSucceeded = '--for=jsonpath={.status.phase}=Succeeded';
    const selected = ['-l', 'test=rolling', '-n', namespace.name];
    await flak.kubectl.run(['wait', isSucceeded, 'pods', ...selected, '--timeout=90s']);
    await flak.kubectl.run(['delete', 'pods', ...selected, '--timeout=90s']);
    const traces = (await tracesOf(flak.kubectl, namespace.name)).filter(({ spec }) =>
      spec.podName.startsWith('rolling-'),
    );
    const ends = traces.map(({ status }) => `${status?.phase ?? ''} ${status?.reason ?? ''}`.trim());
    assert.deepEqual(ends, Array<string>(created).fill('Complete'));
    const tracers = ['get', 'pods', '-n', FLAK_NAMESPACE, '-o', 'jsonpath={.items[*].spec.containers[*].image}'];
    assert.match(await flak.kubectl.run(tracers), /upgrade/);
    recordFigure(this, `${created} pods were created meanwhile`);
  });
});
