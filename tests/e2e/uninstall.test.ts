/** Removing Flak, in each of the ways that users have, while it holds pods in every state there is. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { FLAK_NAMESPACE, LABELS } from '../../webhook/names.ts';
import { runCommand } from '../cluster/run-command.ts';
import { recordFigure } from '../figure.ts';
import { bareCluster, type FlakCluster } from './flak-cluster.ts';
import { installFlak, removeFlak, withOverlay } from './install.ts';
import { type RemovalScene, setRemovalScene } from './removal-scene.ts';

describe('removing Flak while it traces', () => {
  let flak: FlakCluster;
  let scene: RemovalScene;
  let folder: string;

  before(async function () {
    this.timeout(1_800_000);
    flak = await bareCluster();
    folder = mkdtempSync(join(tmpdir(), 'flak-exported-'));
  });

  beforeEach(async () => {
    await installFlak(flak.kubectl, flak.images);
    scene = await setRemovalScene(flak);
  });

  afterEach(() => scene.close());

  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await installFlak(flak.kubectl, flak.images);
  });

  const timed = async (context: Context, remove: () => Promise<unknown>): Promise<void> => {
    const since = performance.now();
    await remove();
    const seconds = ((performance.now() - since) / 1000).toFixed(0);
    recordFigure(context, `took ${seconds} s with two pods recorded, one at its gate, one being deleted`);
  };

  it('by `flak uninstall` exports what was recorded and leaves no finalizer, object, program, pin or file', async function () {
    const exported = join(folder, 'profiles');
    const where = ['--export', exported, '--kubeconfig', flak.cluster.kubeconfig];
    await timed(this, () => runCommand(['npm', 'run', '--silent', 'flak', '--', 'uninstall', ...where]));
    await assertAllIsGone();
    for (const name of ['done', 'recorded-1', 'recorded-2']) {
      const file = join(exported, scene.namespace, `pod-${name}-main.seccomp.json`);
      const { syscalls } = JSON.parse(readFileSync(file, 'utf8')) as { syscalls: { names: string[] }[] };
      assert.ok(syscalls.flatMap(({ names }) => names).includes('execve'), name);
    }
  });

  it('by `kubectl delete -k` leaves no finalizer, object, program, pin or file', async function () {
    await timed(this, () => removeFlak(flak.kubectl, flak.images));
    await assertAllIsGone();
  });

  it('by `kubectl delete namespace flak-system` keeps the profiles, and `kubectl delete -k` takes the rest', async function () {
    await timed(this, () => flak.kubectl.run(['delete', 'namespace', FLAK_NAMESPACE, '--timeout=120s']));
    await scene.assertPodsAreFree();
    await scene.assertNodeIsClean();
    await scene.assertLabelMeansNothing();
    const profiles = await flak.kubectl.run(['get', 'syscallprofiles', '-n', scene.namespace, '-o', 'name']);
    for (const name of ['done', 'recorded-1', 'recorded-2']) assert.match(profiles, new RegExp(`pod-${name}-main\n`));
    await removeFlak(flak.kubectl, flak.images);
    assert.deepEqual(await objectsOfOurs(flak), []);
  });

  async function assertAllIsGone(): Promise<void> {
    await scene.assertPodsAreFree();
    await scene.assertNodeIsClean();
    assert.deepEqual(await objectsOfOurs(flak), []);
    await scene.assertLabelMeansNothing();
  }
});

/** Whatever the manifests name that is still there, and what is labelled as Flak's whatever the manifests say. */
async function objectsOfOurs({ kubectl, images }: FlakCluster): Promise<string[]> {
  const kinds = 'crd,mutatingwebhookconfiguration,validatingwebhookconfiguration,namespace,clusterrole';
  const [named, labelled] = await Promise.all([
    withOverlay(images, (directory) => kubectl.attempt(['get', '-k', directory, '--ignore-not-found', '-o', 'name'])),
    kubectl.run(['get', kinds, '-l', `${LABELS.partOf}=flak`, '-o', 'name']),
  ]);
  return [...named.stdout.split('\n'), ...labelled.split('\n')].filter((line) => line !== '');
}
