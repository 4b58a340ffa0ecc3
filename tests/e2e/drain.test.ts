/** Two nodes: one profile over both, and `kubectl drain` of one of them while its pods are traced. */
import assert from 'node:assert/strict';
import { startSecondNode, stopSecondNode, type ClusterNode } from '../cluster/cluster.ts';
import { consoleProgress } from '../cluster/progress.ts';
import { recordFigure } from '../figure.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { podsOf } from './observe.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { madeBy, profilesOf, waitForPhases } from './stored-profiles.ts';
import { replicated, shellContainer, TRACED } from './targets.ts';

/** What runs on the first node makes a directory, on any other a symbolic link. */
const BY_NODE = 'case $NODE in flak-1) mkdir /tmp/made;; *) ln -s /tmp /tmp/linked;; esac; exec sleep 600';

describe('targets on two nodes', () => {
  let flak: FlakCluster;
  let second: ClusterNode;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;

  /** A replica on each node: `both` by itself, the others where they are told to be. */
  function workload(name: string, replicas: number, nodeName?: string): object {
    const container = {
      ...shellContainer(flak.image('workbench'), 'main', BY_NODE),
      env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    };
    const apart = { labelSelector: { matchLabels: { app: name } }, topologyKey: 'kubernetes.io/hostname' };
    return replicated('Deployment', namespace.name, name, replicas, {
      labels: { ...TRACED, drained: 'perhaps' },
      spec: {
        containers: [container],
        terminationGracePeriodSeconds: 1,
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } },
        ...(nodeName !== undefined && { nodeSelector: { 'kubernetes.io/hostname': nodeName } }),
      },
    });
  }

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    second = await startSecondNode(flak.cluster, consoleProgress(process.stdout));
    namespace = await scratchNamespace(flak.kubectl, 'drain');
    const items = [
      workload('both', 2),
      workload('first', 1, flak.cluster.node.name),
      workload('other', 1, second.name),
    ];
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await waitForPhases(flak.kubectl, namespace.name, 4, ['Recording']);
    await flak.kubectl.run(['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=180s', '-n', namespace.name]);
  });

  after(async function () {
    this.timeout(600_000);
    await namespace.remove();
    await stopSecondNode(flak.cluster);
  });

  it('let their node be drained while they are traced, and what they did there is stored', async function () {
    const there = (await podsOf(flak.kubectl, namespace.name, 'drained')).filter(
      ({ spec }) => spec.nodeName === second.name,
    );
    assert.equal(there.length, 2);
    const since = performance.now();
    await flak.kubectl.run(['drain', second.name, '--ignore-daemonsets', '--timeout=360s']);
    recordFigure(this, `2 traced pods drained in ${((performance.now() - since) / 1000).toFixed(1)} s`);
    const left = ['get', 'pods', '-A', '-o', 'name', '--field-selector', `spec.nodeName=${second.name}`];
    assert.equal(await flak.kubectl.run([...left, '-l', 'drained']), '');
    const profile = (await profilesOf(flak.kubectl, namespace.name)).get('deployment-other-main');
    assert.deepEqual([profile?.completeness.level, profile?.completeness.reasons], ['observed', []]);
  });

  it('give one workload the exact union of what its replicas did', async () => {
    const workloads = ['both', 'first', 'other'].map((name) => `deployment/${name}`);
    await flak.kubectl.run(['delete', ...workloads, '--cascade=foreground', '--timeout=180s', '-n', namespace.name]);
    const profiles = await profilesOf(flak.kubectl, namespace.name);
    const made = (name: string): Set<string> => madeBy(profiles.get(`deployment-${name}-main`), 'startup', 'serving');
    const [both, first, other] = [made('both'), made('first'), made('other')];
    assert.ok(first.has('mkdir') && !other.has('mkdir'), [...first].join(' '));
    assert.ok(!first.has('symlinkat') && other.has('symlinkat'), [...other].join(' '));
    assert.deepEqual([...both].sort(), [...first.union(other)].sort());
    assert.equal(profiles.get('deployment-both-main')?.contributorCount, 2);
  });
});
