/** `flak verify WORKLOAD`, from the command line to what it leaves. */
import assert from 'node:assert/strict';
import type { CanaryOptions } from '../../../../cli/verify/canary/options.ts';
import { createVerifyWorkload } from '../../../../cli/verify/canary/verify-workload.ts';
import { ok } from '../../../../cli/ending.ts';
import { createTerminal } from '../../../../cli/terminal.ts';
import { NAMESPACE, statusWith, type World, worldWith } from './canary-cluster.ts';

interface Outcome {
  readonly ending: Awaited<ReturnType<ReturnType<typeof createVerifyWorkload>>>;
  readonly out: string;
  readonly notes: string;
  readonly written: ReadonlyMap<string, string>;
}

async function verify(
  world: World,
  options: CanaryOptions = {},
  name = 'deploy/web',
  interruptAtMs = Infinity,
): Promise<Outcome> {
  const said = { out: '', notes: '' };
  const written = new Map<string, string>();
  const interrupted = new AbortController();
  let nowMs = 0;
  let runs = 0;
  const run = createVerifyWorkload({
    terminal: createTerminal({ write: (text) => (said.out += text) }, { write: (text) => (said.notes += text) }, {}),
    connect: () => ok({ cluster: world.cluster, namespace: NAMESPACE }),
    writeFile: (path, content) => {
      written.set(path, content);
      return Promise.resolve(ok(undefined));
    },
    now: () => nowMs,
    wallClockMs: () => Date.parse('2026-01-02T00:00:00Z'),
    sleep: (ms) => {
      nowMs += ms;
      if (nowMs >= interruptAtMs) interrupted.abort();
      return Promise.resolve();
    },
    interruption: interrupted.signal,
    randomRun: () => String((runs += 1)).padStart(32, '0'),
  });
  const ending = await run(name, { for: 1, ...options });
  return { ending, ...said, written };
}

function messageOf({ ending }: Outcome): string {
  return 'message' in ending ? ending.message : '';
}

function levelIn({ cluster }: World): unknown {
  const [profile] = cluster.objects['syscallprofiles'] ?? [];
  return (profile?.['status'] as { completeness: { level: string } }).completeness.level;
}

function remainsIn({ cluster }: World): string[] {
  const left = [...(cluster.objects['pods'] ?? []), ...(cluster.objects['traces'] ?? [])];
  const profiles = (cluster.objects['syscallprofiles'] ?? []).slice(1);
  return [...left, ...profiles].map(({ metadata }) => metadata.name);
}

describe('flak verify WORKLOAD', () => {
  it('runs a canary twice, writes the level, and leaves nothing', async () => {
    const world = worldWith(['read', 'accept4']);
    const { ending, notes } = await verify(world);
    assert.deepEqual([ending.kind, levelIn(world), remainsIn(world)], ['done', 'verified', []], notes);
    assert.deepEqual(
      world.canaries.map(({ metadata }) => [metadata.name, metadata.labels]),
      ['000000-log', '000000-enforce'].map((end) => [
        `web-verify-${end}`,
        { 'flak.dev/trace': 'true', 'flak.dev/canary': 'true' },
      ]),
    );
    assert.match(notes, /no traffic of front/);
  });

  it('keeps the labels of Services when asked to', async () => {
    const world = worldWith(['read']);
    await verify(world, { withTraffic: true, untilReady: true });
    assert.equal(world.canaries[0]?.metadata.labels?.['app'], 'web');
  });

  it('reports what the profile lacks, proposes it in a file of its own, and leaves the stored profile alone', async () => {
    const world = worldWith(['read']);
    world.calls = ['read', 'accept4'];
    const { ending, out, notes, written } = await verify(world, { output: 'json', propose: 'more.json' });
    const report = JSON.parse(out) as { verified: boolean; containers: { findings: { name: string }[] }[] };
    assert.deepEqual([report.verified, report.containers[0]?.findings.map(({ name }) => name)], [false, ['accept4']]);
    assert.deepEqual([ending.kind, levelIn(world), remainsIn(world)], ['finding', 'observed', []], notes);
    const proposed = JSON.parse(written.get('more.json') ?? '{}') as {
      imageDigest: string;
      seccomp: { syscalls: object[] };
    };
    assert.equal(proposed.imageDigest, 'sha256:1');
    assert.match(JSON.stringify(proposed.seccomp.syscalls), /"accept4"/);
  });

  it('runs no second canary where the first one crashed, and claims nothing', async () => {
    const world = worldWith(['read']);
    world.status = { phase: 'Failed', containerStatuses: [{ name: 'nginx', state: { terminated: { exitCode: 1 } } }] };
    const { ending, notes } = await verify(world);
    assert.deepEqual([ending.kind, world.canaries.length, levelIn(world)], ['finding', 1, 'observed']);
    assert.match(notes, /crashed: container nginx ended with 1/);
    assert.deepEqual(remainsIn(world), []);
  });

  it('claims nothing of a canary that Flak does not trace', async () => {
    const world = worldWith(['read']);
    world.traced = false;
    const { ending, notes } = await verify(world);
    assert.deepEqual([ending.kind, levelIn(world), remainsIn(world)], ['finding', 'observed', []]);
    assert.match(notes, /got no gate from Flak/);
  });

  it('leaves nothing when it is interrupted', async () => {
    const world = worldWith(['read']);
    world.status = {};
    const { ending } = await verify(world, {}, 'deploy/web', 2000);
    assert.deepEqual([ending, remainsIn(world)], [{ kind: 'passed-on', code: 130 }, []]);
    assert.equal(levelIn(world), 'observed');
  });

  it('says so where somebody else deletes the canary', async () => {
    const world = worldWith(['read']);
    world.cluster.answers.set('get pods/web-verify-000000-log', [{ kind: 'not-found' }]);
    const { ending, notes } = await verify(world);
    assert.deepEqual([ending.kind, remainsIn(world)], ['finding', []]);
    assert.match(notes, /was deleted by somebody else/);
  });

  it('writes no level over a profile that has changed meanwhile, nor without the right to', async () => {
    const changed = worldWith(['read']);
    changed.cluster.answers.set('replace syscallprofiles/deployment-web-nginx', [{ kind: 'conflict' }]);
    const late = await verify(changed);
    assert.match(messageOf(late), /changed while its canaries ran/);
    const merged = worldWith(['read']);
    merged.cluster.onRemove = ((ended) => (plural: string, name: string) => {
      ended(plural, name);
      const [profile] = merged.cluster.objects['syscallprofiles'] ?? [];
      if (profile) profile.metadata['resourceVersion'] = '8';
    })(merged.cluster.onRemove);
    assert.match(messageOf(await verify(merged)), /changed while its canaries ran/);
    assert.equal(levelIn(merged), 'observed');
    const forbidden = worldWith(['read']);
    const refused = { kind: 'refused', status: 403, message: 'no right' } as const;
    forbidden.cluster.answers.set('replace syscallprofiles/deployment-web-nginx', [refused]);
    const { ending } = await verify(forbidden);
    assert.match(ending.kind === 'environment' ? ending.message : '', /no right; use an account that may update/);
  });

  it('waits while the API server is away, and says that something is left where it stays away', async () => {
    const world = worldWith(['read']);
    const away = { kind: 'try-later', afterMs: 1, message: 'away' } as const;
    world.cluster.answers.set('get pods/web-verify-000000-log', [away, away]);
    assert.equal((await verify(world)).ending.kind, 'done');
    const gone = worldWith(['read']);
    gone.cluster.answers.set('remove pods/web-verify-000000-log', Array<typeof away>(1000).fill(away));
    const { ending } = await verify(gone);
    assert.match(ending.kind === 'environment' ? ending.message : '', /still being removed; look with kubectl/);
  });

  it('sweeps canaries that a killed verification left, once they have ended by themselves', async () => {
    const world = worldWith(['read']);
    const pod = (name: string, phase: string, creationTimestamp: string) => ({
      metadata: {
        name,
        namespace: NAMESPACE,
        uid: `${name}-uid`,
        creationTimestamp,
        labels: { 'flak.dev/canary': 'true' },
      },
      spec: { activeDeadlineSeconds: 300 },
      status: { phase },
    });
    const fresh = '2026-01-01T23:50:00Z';
    world.cluster.objects['pods'] = [
      pod('old', 'Failed', '2026-01-01T00:00:00Z'),
      pod('lives', 'Running', '2026-01-01T00:00:00Z'),
      pod('fresh', 'Failed', fresh),
    ];
    world.cluster.objects['traces'] = [
      {
        metadata: { name: 'old-old-uid', namespace: NAMESPACE },
        spec: { podName: 'old', podUid: 'old-uid' },
        status: { phase: 'Complete', profiles: ['pod-old-nginx'] },
      },
    ];
    world.cluster.objects['syscallprofiles']?.push({
      metadata: { name: 'pod-old-nginx', namespace: NAMESPACE, resourceVersion: '1' },
      spec: { workload: { apiVersion: 'v1', kind: 'Pod', name: 'old' }, container: 'nginx' },
      status: statusWith(['read'], 'old'),
    });
    await verify(world);
    assert.deepEqual(remainsIn(world), ['lives', 'fresh']);
  });

  for (const [what, name, options, kind, words] of [
    ['no workload', 'web.json', {}, 'usage', /web.json is no workload; give deploy\/NAME/],
    ['a workload that is not there', 'deploy/other', {}, 'finding', /no deployments\/other in namespace shop/],
    ['a container that is not there', 'deploy/web', { container: 'x' }, 'usage', /no container x; there are nginx/],
  ] as const)
    it(`makes nothing for ${what}`, async () => {
      const world = worldWith(['read']);
      const { ending } = await verify(world, options, name);
      assert.equal(ending.kind, kind);
      assert.match('message' in ending ? ending.message : '', words);
      assert.equal(world.canaries.length, 0);
    });

  it('makes nothing for a workload of which nothing is stored', async () => {
    const world = worldWith(['read']);
    world.cluster.objects['syscallprofiles'] = [];
    const { ending } = await verify(world);
    assert.match('message' in ending ? ending.message : '', /nothing is stored of Deployment web; trace it first/);
    assert.equal(world.canaries.length, 0);
  });
});
