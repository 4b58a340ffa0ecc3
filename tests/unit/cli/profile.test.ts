import assert from 'node:assert/strict';
import { FakeCluster, runAgainst, storedProfile } from './fakes.ts';

const OBSERVED = 'observed: armed before the first instruction, 0 lost, 1 contributor';

function cluster(): FakeCluster {
  return new FakeCluster({
    traces: [],
    syscallprofiles: [
      storedProfile('deployment-web-nginx', 'Deployment', 'web', 'nginx'),
      storedProfile('deployment-web-log', 'Deployment', 'web', 'log'),
      storedProfile('statefulset-db-postgres', 'StatefulSet', 'db', 'postgres'),
      { ...storedProfile('job-web-main', 'Job', 'web', 'main'), status: undefined },
    ],
  });
}

describe('flak profile get', () => {
  it('prints the stored file alone on stdout, and how complete it is on stderr', async () => {
    const { code, out, notes } = await runAgainst(cluster(), 'profile get deployment-web-nginx');
    assert.equal(code, 0);
    assert.deepEqual((JSON.parse(out) as { architectures: string[] }).architectures, ['SCMP_ARCH_X86_64']);
    assert.equal(notes, `Deployment web, container nginx: ${OBSERVED}\n`);
  });

  it('finds a profile by workload, with or without its kind, in full or short', async () => {
    for (const wanted of ['db', 'statefulset/db', 'statefulsets/db', 'sts/db', 'StatefulSet/db']) {
      const { code, notes } = await runAgainst(cluster(), `profile get ${wanted}`);
      assert.equal(code, 0, wanted);
      assert.match(notes, /StatefulSet db/);
    }
    assert.equal((await runAgainst(cluster(), 'profile get deploy/db')).code, 1);
  });

  it('names the choices where there are several, and takes the container that is asked for', async () => {
    const several = await runAgainst(cluster(), 'profile get deploy/web');
    assert.equal(several.code, 2);
    assert.match(several.notes, /name one: deployment-web-nginx, deployment-web-log\./);
    assert.equal(several.out, '');
    assert.match((await runAgainst(cluster(), 'profile get web -c log')).notes, /container log/);
  });

  it('says where to look when there is none, or nothing in it yet', async () => {
    const none = await runAgainst(cluster(), 'profile get nope -c x');
    assert.deepEqual([none.code, none.out], [1, '']);
    assert.match(none.notes, /^flak: no profile of nope, container x; `flak profile list -A` shows/);
    const empty = await runAgainst(cluster(), 'profile get job/web');
    assert.equal(empty.code, 1);
    assert.match(empty.notes, /nothing is stored yet in job-web-main/);
  });

  it('writes all that is known in the format flak, groups with reasons included', async () => {
    const { out } = await runAgainst(cluster(), 'profile get db --format flak');
    const profile = JSON.parse(out) as Record<string, unknown> & { groups: { calls: { reason: string }[] }[] };
    assert.deepEqual([profile['format'], profile['summary'], profile['image']], ['flak/v1', OBSERVED, 'web:1']);
    assert.ok(profile.groups.length >= 3);
    assert.ok(profile.groups.every(({ calls }) => calls.every(({ reason }) => reason.length > 0)));
  });
});

describe('flak profile list', () => {
  it("prints a table of the context's namespace", async () => {
    const { code, out } = await runAgainst(cluster(), 'profile list');
    const lines = out.split('\n');
    assert.equal(code, 0);
    assert.match(lines[0] ?? '', /^NAMESPACE +NAME +CONTAINER +SYSCALLS +COMPLETENESS$/);
    assert.match(lines[1] ?? '', /^shop +deployment-web-nginx +nginx +1 +observed: armed/);
    assert.match(lines[4] ?? '', /^shop +job-web-main +main +0 +nothing recorded yet$/);
  });

  it('has bold headings on a terminal only, and not under NO_COLOR', async () => {
    const heading = async (isTTY: boolean, variables: Record<string, string>): Promise<boolean> =>
      (await runAgainst(cluster(), 'profile list', { isTTY, variables })).out.startsWith('\u001b[1m');
    assert.equal(await heading(true, {}), true);
    assert.equal(await heading(true, { NO_COLOR: '' }), true);
    assert.equal(await heading(true, { NO_COLOR: '1' }), false);
    assert.equal(await heading(true, { TERM: 'dumb' }), false);
    assert.equal(await heading(false, {}), false);
  });

  it('prints JSON for programs', async () => {
    const { out } = await runAgainst(cluster(), 'profile list -A -o json');
    const [first] = (JSON.parse(out) as { profiles: Record<string, unknown>[] }).profiles;
    assert.deepEqual(first, {
      namespace: 'shop',
      name: 'deployment-web-nginx',
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      container: 'nginx',
      image: 'web:1',
      syscalls: 1,
      contributors: 1,
      level: 'observed',
      completeness: OBSERVED,
      revisions: 1,
    });
  });

  it("says it when there is nothing, and leaves out what it doesn't understand", async () => {
    const other = await runAgainst(cluster(), 'profile list -n other');
    assert.deepEqual([other.code, other.out], [0, '']);
    assert.match(other.notes, /no profiles in namespace other/);
    const foreign = new FakeCluster({ syscallprofiles: [{ metadata: { name: 'x' }, spec: 1 }] });
    const all = await runAgainst(foreign, 'profile list -A');
    assert.match(all.notes, /left out 1 syscallprofiles.*\nno profiles in this cluster/);
  });

  it("ends with code 1 where Flak is not installed, 3 where the cluster can't or won't answer", async () => {
    assert.equal((await runAgainst(new FakeCluster({}), 'profile list')).code, 1);
    const failing = cluster();
    failing.answers.set('list syscallprofiles', [
      { kind: 'try-later', afterMs: 1, message: 'fetch failed' },
      { kind: 'refused', status: 403, message: 'forbidden' },
      { kind: 'conflict' },
    ]);
    for (const words of [
      /doesn't answer \(fetch failed\); check --kubeconfig/,
      /forbidden \(403\); use an account/,
      /try again/,
    ]) {
      const { code, notes } = await runAgainst(failing, 'profile list');
      assert.equal(code, 3);
      assert.match(notes, words);
    }
  });
});
