/** Installing by the README's two commands, applying again: what users do, and what their pods see of it. */
import assert from 'node:assert/strict';
import { FINALIZER, GATE, LABELS } from '../../webhook/names.ts';
import { recordFigure } from '../figure.ts';
import { bareCluster, type FlakCluster } from './flak-cluster.ts';
import { installAnew, installFlak, removeFlak, withOverlay } from './install.ts';
import type { ObservedPod } from './observe.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { waitForPhases } from './stored-profiles.ts';
import { shellPod, TRACED } from './targets.ts';

const INSTALLS = 5;

describe('installing', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;
  let unlabelledWithoutFlak: string;

  const target = (name: string, labels: Readonly<Record<string, string>>, line: string): string =>
    shellPod(namespace.name, name, flak.image('workbench'), { labels, line });

  /** What would be stored of an unlabelled pod; the name of the token's volume is random. */
  const storedUnlabelled = async (): Promise<string> => {
    const dryRun = ['create', '--dry-run=server', '-f', '-'];
    const { metadata, spec } = await flak.kubectl.json<ObservedPod>(dryRun, target('unlabelled', {}, 'true'));
    const { labels, annotations, finalizers } = metadata;
    return JSON.stringify({ labels, annotations, finalizers, spec }).replaceAll(/kube-api-access-\w+/g, '');
  };

  before(async function () {
    this.timeout(1_800_000);
    flak = await bareCluster();
    await removeFlak(flak.kubectl, flak.images);
    namespace = await scratchNamespace(flak.kubectl, 'install');
    unlabelledWithoutFlak = await storedUnlabelled();
  });

  after(async () => {
    await namespace.remove();
    await installFlak(flak.kubectl, flak.images);
  });

  it('is done when kubectl wait returns: the very first labelled pod is traced, in 5 fresh installs out of 5', async function () {
    const seconds: string[] = [];
    for (let install = 1; install <= INSTALLS; install++) {
      if (install > 1) await removeFlak(flak.kubectl, flak.images);
      const since = performance.now();
      await installAnew(flak.kubectl, flak.images);
      seconds.push(((performance.now() - since) / 1000).toFixed(0));
      const name = `first-${install}`;
      const created = await flak.kubectl.json<ObservedPod>(['create', '-f', '-'], target(name, TRACED, 'true'));
      assert.equal(created.spec.initContainers?.[0]?.name, GATE.container, `install ${install}`);
      assert.ok(created.metadata.finalizers?.includes(FINALIZER));
      const [trace] = await waitForPhases(flak.kubectl, namespace.name, 1, ['Complete', 'Untraced']);
      assert.equal(trace?.status?.completeness?.level, 'observed', JSON.stringify(trace?.status));
      await flak.kubectl.run(['delete', 'pod', name, '-n', namespace.name, '--timeout=180s']);
    }
    recordFigure(this, `apply and wait took ${seconds.join(', ')} s`);
  });

  describe('done', () => {
    // Whichever of these is run alone.
    before(() => installFlak(flak.kubectl, flak.images));

    it('changes nothing about a pod without a label: what is stored of it is the same as before', async () => {
      assert.equal(await storedUnlabelled(), unlabelledWithoutFlak);
      assert.doesNotMatch(unlabelledWithoutFlak, /flak\.dev|flak-gate/);
    });

    it('applied twice leaves no difference', async () => {
      await withOverlay(flak.images, async (directory) => {
        await flak.kubectl.run(['apply', '-k', directory]);
        assert.equal(await flak.kubectl.run(['diff', '-k', directory]), '');
      });
    });

    it('strips what the copy of a traced pod carries when the copy opts out, or asks for nothing', async () => {
      const copied = await flak.kubectl.json<ObservedPod>(
        ['create', '--dry-run=server', '-f', '-'],
        target('original', TRACED, 'true'),
      );
      const { [LABELS.traced]: traced = '' } = copied.metadata.labels ?? {};
      for (const labels of [{ [LABELS.traced]: traced, [LABELS.trace]: 'false' }, { [LABELS.traced]: traced }, {}]) {
        const metadata = { ...copied.metadata, namespace: namespace.name, name: 'copy', labels, uid: undefined };
        const copy = await flak.kubectl.json<ObservedPod>(
          ['create', '-f', '-'],
          JSON.stringify({ ...copied, metadata, status: undefined }),
        );
        assert.equal(copy.metadata.finalizers, undefined, JSON.stringify(labels));
        assert.equal(copy.metadata.labels?.[LABELS.traced], undefined);
        assert.deepEqual(copy.spec.initContainers ?? [], []);
        assert.doesNotMatch(JSON.stringify(copy.spec), /flak-gate/);
        await flak.kubectl.run(['delete', 'pod', 'copy', '-n', namespace.name, '--timeout=90s']);
      }
    });
  });
});
