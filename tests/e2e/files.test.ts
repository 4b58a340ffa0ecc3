/** Lines of file access from a node's tracer to a user's folder. Falco is the fake one: what a real one sees is shown in tests/falco. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../cluster/wait-until.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { installFlak } from './install.ts';
import { installStore } from './lines-store.ts';
import { waitForTrace } from './observe.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { shellOf, type Shell } from './shell.ts';
import { profilesOf } from './stored-profiles.ts';
import { pod, shellContainer, TRACED } from './targets.ts';
import { FAKE_FALCO, installWithFalco, tellFakeFalco } from './tracer-with-falco.ts';

const LINE = /^\d+ \{pid=\d+ tid=\d+ proc=fake\}\{(EN|EX) (openat|pread64)\}\{[^}]*\}$/;

interface Listed {
  readonly traces: readonly { readonly uid: string; readonly pod: string; readonly bytes: number }[];
}

describe('lines of file access', function () {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;
  let shell: Shell;
  const undone = new AsyncDisposableStack();

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    undone.defer(() => installFlak(flak.kubectl, flak.images));
    await installWithFalco(flak, FAKE_FALCO);
    undone.use(await installStore(flak));
    namespace = await scratchNamespace(flak.kubectl, 'files');
    undone.defer(() => namespace.remove());
    undone.use(tellFakeFalco(flak.kubectl, namespace.name));
    shell = undone.use(await shellOf(flak, namespace.name));
  });

  after(async function () {
    this.timeout(400_000);
    await undone.disposeAsync();
  });

  const listed = async (): Promise<Listed['traces']> =>
    (JSON.parse((await shell.run('flak files list -o json')).out) as Listed).traces;

  it('are uploaded while the target runs, and fetched by who may read them', async function () {
    this.timeout(600_000);
    const containers = [shellContainer(flak.image('workbench'), 'main', 'exec sleep 600')];
    const annotations = { 'flak.dev/files': 'lines' };
    const shape = { labels: TRACED, annotations, spec: { containers, terminationGracePeriodSeconds: 1 } };
    await flak.kubectl.run(['create', '-f', '-'], JSON.stringify(pod(namespace.name, 'web', shape)));
    await flak.kubectl.run(['wait', '--for=condition=Ready', 'pod/web', '-n', namespace.name, '--timeout=270s']);
    await waitUntil(
      'lines of the running pod are stored',
      async () => (await listed()).some(({ bytes }) => bytes > 500),
      {
        limitMs: 180_000,
      },
    );
    await flak.kubectl.run(['delete', 'pod', 'web', '-n', namespace.name, '--timeout=270s']);
    await waitForTrace(flak.kubectl, namespace.name, 'web', ['Complete']);
    const [trace] = await listed();
    assert.ok(trace);
    assert.equal(trace.pod, 'web');
    await waitUntil(
      'the node keeps none of them',
      () => Promise.resolve(!existsSync(`/var/lib/flak/files/${trace.uid}`)),
      {
        limitMs: 90_000,
      },
    );
    const { notes } = await shell.run('flak files get web -o lines');
    assert.match(notes, /wrote \d+ files of \d+ bytes to lines/);
    const folder = join(shell.folder, 'lines/main');
    assert.deepEqual(readdirSync(folder).sort(), ['reference_timestamps.json', 'trace_io_0.log']);
    const lines = readFileSync(join(folder, 'trace_io_0.log'), 'utf8').trimEnd().split('\n');
    for (const line of lines) assert.match(line, LINE);
    assert.match(readFileSync(join(folder, 'reference_timestamps.json'), 'utf8'), /"enter_lines":"derived/);
    const profile = (await profilesOf(flak.kubectl, namespace.name)).get('pod-web-main');
    assert.deepEqual(profile?.completeness.reasons, []);
    assert.ok(!profile.revisions[0]?.files?.reasons.includes('lines-not-stored'));
  });

  it('are not fetched twice into one folder, and not for a pod that has none', async function () {
    this.timeout(60_000);
    await shell.run('flak files get web -o lines', 2);
    await shell.run('flak files get nobody', 1);
  });
});
