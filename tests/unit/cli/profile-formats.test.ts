/** The formats of `profile get`, and the other ways to say which profile. */
import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { webStatus, WORKLOAD } from '../profile/web-profile.ts';
import { FakeCluster, runAgainst } from './fakes.ts';

const status = webStatus(2);

function cluster(): FakeCluster {
  const profile = (container: string) => ({
    metadata: { name: `deployment-web-${container}`, namespace: 'shop', labels: {} },
    spec: { workload: WORKLOAD, container },
    status,
  });
  const trace = (podName: string, profiles: string[]) => ({
    metadata: { name: podName, namespace: 'shop' },
    spec: { podName, podUid: podName },
    status: { phase: 'Complete', profiles },
  });
  const pod = (name: string, app: string) => ({ metadata: { name, namespace: 'shop', labels: { app } } });
  return new FakeCluster({
    syscallprofiles: [profile('nginx'), profile('log')],
    traces: [
      trace('web-1', ['deployment-web-nginx', 'deployment-web-log']),
      trace('single', ['deployment-web-log']),
      trace('fresh', []),
    ],
    pods: [pod('web-1', 'web'), pod('single', 'single'), pod('fresh', 'fresh')],
  });
}

const get = (line: string) => runAgainst(cluster(), `profile get ${line}`);

describe('the formats of flak profile get', () => {
  it('oci is the stored file, and goes whole into a file that is named', async () => {
    const { out } = await get('web -c nginx');
    assert.equal(out, status.seccomp);
    const { files, out: nothing, notes } = await get('web -c nginx --to web.json');
    assert.deepEqual([files.get('./web.json'), nothing], [status.seccomp, '']);
    assert.match(notes, /wrote web.json\n$/);
  });

  it('oci is made anew where other rules are asked for', async () => {
    const names = async (line: string): Promise<string[]> =>
      (JSON.parse((await get(line)).out) as { syscalls: { names: string[] }[] }).syscalls.flatMap((rule) => rule.names);
    assert.ok(!(await names('web -c nginx --args none')).includes('ptrace'));
    assert.ok((await names('web -c nginx --foreign')).includes('ptrace'));
  });

  it('spo is a SeccompProfile that says how complete it is', async () => {
    const object = parse((await get('web -c nginx --format spo')).out) as {
      kind: string;
      metadata: { name: string; annotations: Record<string, string> };
    };
    assert.deepEqual([object.kind, object.metadata.name], ['SeccompProfile', 'deployment-web-nginx']);
    assert.match(object.metadata.annotations['flak.dev/completeness'] ?? '', /^observed: armed/);
  });

  it('yaml is the object, to keep or to apply elsewhere', async () => {
    const object = parse((await get('web -c nginx --format yaml')).out) as Record<string, unknown>;
    assert.deepEqual(
      [object['apiVersion'], object['kind'], object['metadata'], object['status']],
      ['flak.dev/v1alpha1', 'SyscallProfile', { name: 'deployment-web-nginx', namespace: 'shop' }, status],
    );
  });

  it('-o json is all that is known', async () => {
    assert.equal((await get('web -c nginx -o json')).out, (await get('web -c nginx --format flak')).out);
  });

  it('artifact is an image layout in a new folder', async () => {
    const { files, notes, code } = await get('web -c nginx --format artifact --to layout');
    assert.equal(code, 0);
    assert.ok(files.has('layout/oci-layout') && files.has('layout/index.json'));
    assert.equal([...files.keys()].filter((path) => path.startsWith('layout/blobs/sha256/')).length, 3);
    assert.match(notes, /wrote layout:latest, sha256:[0-9a-f]{64}\n$/);
    assert.match(
      (await get('web -c nginx --format artifact')).notes,
      /an artifact is a folder; name a new one with --to/,
    );
    const failing = { writeFolder: () => Promise.resolve({ kind: 'environment', message: 'full' } as const) };
    assert.equal((await runAgainst(cluster(), 'profile get web -c log --format artifact --to x', failing)).code, 3);
  });
});

describe('which profile flak profile get means', () => {
  it('may be said by a traced pod, or by labels of pods', async () => {
    assert.match((await get('single')).notes, /container log:/);
    assert.match((await get('pod/web-1 -c nginx')).notes, /container nginx:/);
    assert.match((await get('-l app=single')).notes, /container log:/);
    const several = await get('-l app=web');
    assert.equal(several.code, 2);
    assert.match(several.notes, /-l app=web has several profiles; name one: deployment-web-nginx, deployment-web-log/);
  });

  it('may be none', async () => {
    for (const line of ['nope', 'fresh', '-l app=nope']) {
      const { code, notes } = await get(line);
      assert.equal(code, 1, line);
      assert.match(notes, /no profile of /);
    }
  });

  it("is said where the cluster doesn't answer", async () => {
    const refused = { kind: 'refused', status: 403, message: 'forbidden' } as const;
    for (const [what, line] of [
      ['list traces', 'single'],
      ['list pods', '-l app=web'],
      ['list traces', '-l app=web'],
    ] as const) {
      const there = cluster();
      there.answers.set(what, [refused]);
      assert.equal((await runAgainst(there, `profile get ${line}`)).code, 3, line);
    }
  });
});
