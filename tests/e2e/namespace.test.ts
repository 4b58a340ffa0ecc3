/** Nothing can be created in a namespace that is being deleted: it ends all the same, and what ran in it is not lost. */
import assert from 'node:assert/strict';
import { ARCHIVED_FROM_LABEL, FLAK_NAMESPACE } from '../../webhook/names.ts';
import { recordFigure } from '../figure.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { podsOf } from './observe.ts';
import { proceed } from './proceed.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { madeBy, profilesOf, waitForPhases } from './stored-profiles.ts';
import { pod, replicated, shellContainer, TRACED, WAITS_FOR_WORD } from './targets.ts';

describe('a namespace with traced pods', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    namespace = await scratchNamespace(flak.kubectl, 'deleted');
    const containers = [shellContainer(flak.image('workbench'), 'main', WAITS_FOR_WORD)];
    const shape = { labels: { ...TRACED, traced: 'here' }, spec: { containers, terminationGracePeriodSeconds: 1 } };
    const items = [replicated('Deployment', namespace.name, 'web', 2, shape), pod(namespace.name, 'bare', shape)];
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await waitForPhases(flak.kubectl, namespace.name, 3, ['Recording']);
    const ready = ['wait', '--for=condition=Ready', 'pod', '-l', 'traced=here', '--timeout=180s', '-n', namespace.name];
    await flak.kubectl.run(ready);
    const pods = await podsOf(flak.kubectl, namespace.name, 'traced=here');
    await Promise.all(pods.map(({ metadata }) => proceed(flak.kubectl, namespace.name, metadata.name)));
  });

  after(async () => {
    await namespace.remove();
    const ours = ['syscallprofiles', '-l', `${ARCHIVED_FROM_LABEL}=${namespace.name}`, '-n', FLAK_NAMESPACE];
    await flak.kubectl.run(['delete', ...ours]);
  });

  const removeIt = (): Promise<string> =>
    flak.kubectl.run(['delete', 'namespace', namespace.name, '--timeout=180s', '--ignore-not-found']);

  it('ends after its deletion', async function () {
    const since = performance.now();
    await removeIt();
    recordFigure(this, `gone after ${((performance.now() - since) / 1000).toFixed(1)} s`);
  });

  it('leaves what its pods did in flak-system, under its own name', async () => {
    await removeIt();
    const kept = [...(await profilesOf(flak.kubectl, FLAK_NAMESPACE))].filter(([name]) =>
      name.startsWith(`${namespace.name}.`),
    );
    const names = ['deployment-web-main', 'pod-bare-main'].map((name) => `${namespace.name}.${name}`);
    assert.deepEqual(kept.map(([name]) => name).sort(), names);
    for (const [name, profile] of kept) {
      assert.ok(madeBy(profile, 'startup', 'serving').has('mkdir'), name);
      assert.deepEqual(profile.completeness.reasons, [], name);
      assert.equal(profile.contributorCount, name.includes('web') ? 2 : 1);
    }
    const labelled = ['get', 'syscallprofiles', '-n', FLAK_NAMESPACE, '-o', 'name'];
    const found = await flak.kubectl.run([...labelled, '-l', `${ARCHIVED_FROM_LABEL}=${namespace.name}`]);
    assert.equal(found.trim().split('\n').length, 2);
  });
});
