/** Removing Flak, in each of the ways that users have, while it holds pods in every state there is. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordFigure } from '../figure.ts';
import { runCommand } from '../cluster/run-command.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { ANNOTATIONS, FINALIZER, FLAK_NAMESPACE, GATE, LABELS } from '../../webhook/names.ts';
import { denyAnnotation } from './deny-annotation.ts';
import { bareCluster, type FlakCluster } from './flak-cluster.ts';
import { installFlak, removeFlak, withOverlay } from './install.ts';
import type { KubectlAnswer } from './kubectl.ts';
import { type NodeRemains, readNodeRemains } from './node-remains.ts';
import { findPod, type ObservedPod, waitForTrace } from './observe.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { pod, shellContainer, TRACED } from './targets.ts';
import { waitForGates } from './wait-for-gates.ts';

type Scratch = Awaited<ReturnType<typeof scratchNamespace>>;

/** Runs on although it is told to end, until its grace period is over. */
const STUBBORN = "trap '' TERM; while :; do sleep 1; done";
const SURVIVORS = ['recorded-1', 'recorded-2', 'gated'] as const;

describe('removing Flak while it traces', () => {
  let flak: FlakCluster;
  let exported: string;

  before(async function () {
    this.timeout(1_800_000);
    flak = await bareCluster();
    exported = join(mkdtempSync(join(tmpdir(), 'flak-exported-')), 'profiles');
  });

  after(async () => {
    rmSync(join(exported, '..'), { recursive: true, force: true });
    await installFlak(flak.kubectl, flak.images);
  });

  const cli = (...args: string[]): Promise<string> =>
    runCommand(['npm', 'run', '--silent', 'flak', '--', ...args, '--kubeconfig', flak.cluster.kubeconfig]);

  const ways: readonly { title: string; remove: () => Promise<unknown>; keepsProfiles: boolean }[] = [
    { title: 'flak uninstall', remove: () => cli('uninstall', '--export', exported), keepsProfiles: false },
    { title: 'kubectl delete -k', remove: () => removeFlak(flak.kubectl, flak.images), keepsProfiles: false },
    {
      title: 'kubectl delete namespace flak-system',
      remove: () => flak.kubectl.run(['delete', 'namespace', FLAK_NAMESPACE, '--timeout=360s']),
      keepsProfiles: true,
    },
  ];

  for (const { title, remove, keepsProfiles } of ways) {
    describe(`by \`${title}\``, () => {
      let scratch: Scratch;
      let shut: Awaited<ReturnType<typeof denyAnnotation>>;
      let nodeBefore: NodeRemains;
      let podsBefore: readonly ObservedPod[];
      let seconds: string;

      const inNamespace = (name: string): Promise<ObservedPod | undefined> => findPod(flak.kubectl, scratch.name, name);
      const survivors = async (): Promise<readonly ObservedPod[]> =>
        (await Promise.all(SURVIVORS.map(inNamespace))).filter((found) => found !== undefined);

      before(async function () {
        this.timeout(600_000);
        await installFlak(flak.kubectl, flak.images);
        nodeBefore = await readNodeRemains();
        // The annotation medium, and nobody may open: armed, but still at its gate.
        scratch = await scratchNamespace(flak.kubectl, 'removed');
        shut = await denyAnnotation(flak.kubectl, {
          name: `gates-shut-in-${scratch.name}`,
          namespace: scratch.name,
          annotation: ANNOTATIONS.gate,
          value: 'open',
          words: 'gates stay shut here',
        });
        await createTargets(flak, scratch.name);
        podsBefore = await survivors();
        await flak.kubectl.run(['delete', 'pod', 'ending', '--wait=false', '-n', scratch.name]);
        const since = performance.now();
        await remove();
        seconds = ((performance.now() - since) / 1000).toFixed(1);
      });

      after(async () => {
        await shut.lift();
        await scratch.remove();
      });

      it('leaves no finalizer on any pod, and no pod stuck', async function () {
        recordFigure(this, `removed in ${seconds} s with four traces running`);
        const { items } = await flak.kubectl.json<{ items: ObservedPod[] }>(['get', 'pods', '-A']);
        const held = items.filter(({ metadata }) => metadata.finalizers?.includes(FINALIZER));
        assert.deepEqual(
          held.map(({ metadata }) => metadata.name),
          [],
        );
        await flak.kubectl.run(['wait', '--for=delete', 'pod/ending', '-n', scratch.name, '--timeout=180s']);
      });

      it('leaves the targets running, the one at its gate let through', async () => {
        await flak.kubectl.run(['wait', '--for=condition=Ready', 'pod/gated', '-n', scratch.name, '--timeout=90s']);
        const now = await survivors();
        const started = (pods: readonly ObservedPod[]): unknown[] =>
          pods.map(({ metadata, status }) => [metadata.uid, status.containerStatuses?.map((one) => one.restartCount)]);
        assert.equal(now.length, SURVIVORS.length);
        assert.deepEqual(started(now), started(podsBefore));
        for (const { metadata, status } of now) assert.equal(status.phase, 'Running', metadata.name);
      });

      it('leaves no program, map, link, pin or file on the node', async () => {
        let now = await readNodeRemains();
        const isClean = async (): Promise<boolean> => {
          now = await readNodeRemains();
          const more = (['bpfObjects', 'files'] as const).flatMap((kind) =>
            now[kind].filter((found) => !nodeBefore[kind].includes(found)),
          );
          return more.length + now.pins.length === 0;
        };
        // The kernel frees programs and maps a moment after their last user is gone.
        await waitUntil('nothing is left', isClean, { limitMs: 45_000, explain: () => JSON.stringify(now) });
      });

      it(
        keepsProfiles ? 'keeps the profiles, and `kubectl delete -k` finishes' : 'leaves no object of ours',
        async () => {
          if (keepsProfiles) {
            const profiles = await flak.kubectl.run(['get', 'syscallprofiles', '-n', scratch.name, '-o', 'name']);
            assert.match(profiles, /pod-done-main\n/);
            assert.match(profiles, /pod-recorded-1-main\n/);
            await removeFlak(flak.kubectl, flak.images);
          }
          assert.deepEqual(await objectsOfOurs(flak), []);
        },
      );

      it('lets labelled pods start as if Flak had never been there', async () => {
        const labelled = pod(scratch.name, 'afterwards', { labels: TRACED, spec: podSpec(flak, 'exec sleep 600') });
        const created = await flak.kubectl.json<ObservedPod>(['create', '-f', '-'], JSON.stringify(labelled));
        assert.equal(created.spec.initContainers, undefined);
        const ready = ['wait', '--for=condition=Ready', 'pod/afterwards', '-n', scratch.name, '--timeout=90s'];
        await flak.kubectl.run(ready);
      });

      if (title === 'flak uninstall')
        it('has written every profile to files, also what running traces had seen', () => {
          for (const name of ['pod-done-main', 'pod-recorded-1-main', 'pod-recorded-2-main']) {
            const file = join(exported, scratch.name, `${name}.seccomp.json`);
            assert.ok(existsSync(file), file);
            const profile = JSON.parse(readFileSync(file, 'utf8')) as { syscalls: { names: string[] }[] };
            assert.ok(profile.syscalls.flatMap(({ names }) => names).includes('execve'));
          }
        });
    });
  }
});

function podSpec(flak: FlakCluster, line: string, graceSeconds = 1): Record<string, unknown> {
  const containers = [shellContainer(flak.image('workbench'), 'main', line)];
  return { terminationGracePeriodSeconds: graceSeconds, containers };
}

/** `done` has been traced to its end, two are being recorded, `ending` will take its time, `gated` is armed and may not go on. */
async function createTargets(flak: FlakCluster, namespace: string): Promise<void> {
  const { kubectl } = flak;
  const target = (name: string, line: string, graceSeconds?: number): object =>
    pod(namespace, name, { labels: TRACED, spec: podSpec(flak, line, graceSeconds) });
  const recorded = ['done', 'recorded-1', 'recorded-2'].map((name) => target(name, 'exec sleep 600'));
  const items = [...recorded, target('ending', STUBBORN, 8)];
  const list = (objects: readonly object[]): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await kubectl.run(['create', '-f', '-'], list(items));
  for (const name of ['done', 'recorded-1', 'recorded-2', 'ending'])
    await kubectl.run(['wait', '--for=condition=Ready', `pod/${name}`, '-n', namespace, '--timeout=270s']);
  await kubectl.run(['delete', 'pod', 'done', '-n', namespace, '--timeout=180s']);
  await kubectl.run(['label', 'namespace', namespace, `${LABELS.gateMedium}=annotation`]);
  await waitForGates(kubectl, namespace, 'annotation');
  // Its gate must not open by itself meanwhile.
  const annotations = { 'flak.dev/gate-timeout-seconds': '600' };
  const shape = { labels: TRACED, annotations, spec: podSpec(flak, 'exec sleep 600') };
  await kubectl.run(['create', '-f', '-'], JSON.stringify(pod(namespace, 'gated', shape)));
  await waitForTrace(kubectl, namespace, 'gated', ['Recording']);
  const gated = await findPod(kubectl, namespace, 'gated');
  const gate = gated?.status.initContainerStatuses?.find(({ name }) => name === GATE.container);
  assert.ok(gate?.state.running, 'it is not at its gate');
}

/** Whatever the manifests name that is still there, and Flak's CRDs and webhooks whatever the manifests say. */
async function objectsOfOurs(flak: FlakCluster): Promise<string[]> {
  const kinds = 'crd,mutatingwebhookconfiguration,validatingwebhookconfiguration,namespace,clusterrole';
  const [named, labelled] = await Promise.all([
    withOverlay(flak.images, (directory): Promise<KubectlAnswer> =>
      flak.kubectl.attempt(['get', '-k', directory, '--ignore-not-found', '-o', 'name']),
    ),
    flak.kubectl.run(['get', kinds, '-l', `${LABELS.partOf}=flak`, '-o', 'name']),
  ]);
  return [...named.stdout.split('\n'), ...labelled.split('\n')].filter((line) => line !== '');
}
