/** Every kind of workload ends in one profile per container: the union over its pods, whole from the first instruction. */
import assert from 'node:assert/strict';
import { waitUntil } from '../cluster/wait-until.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { madeBy, profilesOf, tracesOf, waitForPhases } from './stored-profiles.ts';
import { job, nginxContainer, pod, replicated, shellContainer, TRACED } from './targets.ts';

/** Each replica of the StatefulSet takes a path of its own: one makes a directory, the other a symbolic link. */
const DISJOINT = 'case $HOSTNAME in *-0) mkdir /tmp/made;; *) ln -s /tmp /tmp/linked;; esac; exec sleep 600';

describe('profiles of workloads', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    namespace = await scratchNamespace(flak.kubectl, 'workloads');
    const shell = flak.image('workbench');
    const labels = TRACED;
    const objects = [
      replicated('Deployment', namespace.name, 'web', 2, {
        labels,
        spec: { containers: [nginxContainer(flak.image('nginx'))] },
      }),
      replicated('StatefulSet', namespace.name, 'store', 2, {
        labels,
        spec: { containers: [shellContainer(shell, 'main', DISJOINT)] },
      }),
      job(namespace.name, 'once', { labels, spec: { containers: [shellContainer(shell, 'main', 'mkdir /tmp/job')] } }),
      pod(namespace.name, 'bare', {
        labels,
        spec: {
          initContainers: [
            { ...shellContainer(shell, 'sidecar', 'exec sleep 600'), restartPolicy: 'Always' },
            shellContainer(shell, 'prepare', 'ln -s /tmp /tmp/prepared'),
          ],
          containers: [shellContainer(shell, 'main', 'exec sleep 600')],
        },
      }),
    ];
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    const inNamespace = ['-n', namespace.name];
    await flak.kubectl.run(['rollout', 'status', 'deployment/web', '--timeout=360s', ...inNamespace]);
    await flak.kubectl.run(['rollout', 'status', 'statefulset/store', '--timeout=360s', ...inNamespace]);
    await flak.kubectl.run(['wait', '--for=condition=Ready', 'pod/bare', '--timeout=360s', ...inNamespace]);
    await flak.kubectl.run(['wait', '--for=condition=Complete', 'job/once', '--timeout=360s', ...inNamespace]);
    await waitForPhases(flak.kubectl, namespace.name, 6, ['Recording', 'Complete']);
    const workloads = ['deployment/web', 'statefulset/store', 'job/once', 'pod/bare'];
    await flak.kubectl.run(['delete', ...workloads, '--cascade=foreground', '--timeout=360s', ...inNamespace]);
    await waitForPhases(flak.kubectl, namespace.name, 6, ['Complete']);
  });

  after(async () => {
    await namespace.remove();
  });

  it('stores one profile per workload and container', async () => {
    const profiles = await profilesOf(flak.kubectl, namespace.name);
    assert.deepEqual([...profiles.keys()].sort(), [
      'deployment-web-nginx',
      'job-once-main',
      'pod-bare-main',
      'pod-bare-prepare',
      'pod-bare-sidecar',
      'statefulset-store-main',
    ]);
  });

  it('keeps the union over the pods of a workload', async () => {
    const store = (await profilesOf(flak.kubectl, namespace.name)).get('statefulset-store-main');
    const made = madeBy(store, 'startup', 'serving');
    assert.ok(made.has('mkdir') || made.has('mkdirat'), [...made].join(' '));
    assert.ok(made.has('symlink') || made.has('symlinkat'), [...made].join(' '));
  });

  it('loses no contribution when two pods end in the same second', async () => {
    const profiles = await profilesOf(flak.kubectl, namespace.name);
    assert.equal(profiles.get('deployment-web-nginx')?.contributorCount, 2);
    assert.equal(profiles.get('statefulset-store-main')?.contributorCount, 2);
  });

  it('claims to have seen everything, since every gate was opened by its tracer', async () => {
    for (const [name, { completeness }] of await profilesOf(flak.kubectl, namespace.name)) {
      assert.deepEqual([completeness.level, completeness.reasons], ['observed', []], name);
    }
  });

  it('never shows a call of the gate in a profile', async () => {
    for (const name of (await profilesOf(flak.kubectl, namespace.name)).keys()) assert.doesNotMatch(name, /flak-gate/);
  });

  it('leaves no tracer and no state of an open trace behind', async () => {
    const uids = (await tracesOf(flak.kubectl, namespace.name)).map(({ spec }) => spec.podUid);
    const selector = `flak.dev/target-uid in (${uids.join(', ')})`;
    const left = (): Promise<string> =>
      flak.kubectl.run(['get', 'pods,configmaps', '-n', 'flak-system', '-l', selector, '-o', 'name']);
    await waitUntil('tracers and their state to go', async () => (await left()) === '', { limitMs: 60_000 });
    assert.ok(uids.length >= 6);
  });
});
