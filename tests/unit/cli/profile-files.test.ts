/** diff, merge, check and explain, on files and on what is stored in the cluster. */
import assert from 'node:assert/strict';
import { ok } from '../../../cli/ending.ts';
import { webProfile, webStatus, WORKLOAD } from '../profile/web-profile.ts';
import type { CliRun } from './fakes.ts';
import { FakeCluster, runAgainst } from './fakes.ts';

const twoImages = {
  ...webStatus(2),
  revisions: [...webStatus(3, 'docker.io/library/nginx:1.28').revisions, ...webStatus(1, 'other/nginx:1.26').revisions],
};
const rules = (names: readonly string[], more: object = {}): string =>
  JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    architectures: ['SCMP_ARCH_X86_64'],
    syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }],
    ...more,
  });

const FILES: Readonly<Record<string, string>> = {
  'one.json': JSON.stringify(webProfile(1)),
  'two.json': JSON.stringify(webProfile(2)),
  'rules.json': rules(['read', 'write']),
  'more.json': rules(['read', 'write', 'bpf'], { architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] }),
  'bad.json': rules(['raed']),
  'cut.json': JSON.stringify(webProfile(1)).slice(0, 900),
  '-': rules(['read']),
};

function cluster(): FakeCluster {
  const spec = { workload: WORKLOAD, container: 'nginx' };
  const object = (name: string, status: object) => ({ metadata: { name, namespace: 'shop' }, spec, status });
  return new FakeCluster({
    traces: [],
    syscallprofiles: [
      object('deployment-web-nginx', webStatus(2)),
      { ...object('deployment-api-nginx', twoImages), spec: { ...spec, workload: { ...WORKLOAD, name: 'api' } } },
    ],
  });
}

function run(line: string, more: Parameters<typeof runAgainst>[2] = {}): Promise<CliRun> {
  return runAgainst(cluster(), line, {
    isFile: (path) => path in FILES && path !== '-',
    readText: (path) => Promise.resolve(ok(FILES[path] ?? '')),
    ...more,
  });
}

describe('flak diff', () => {
  it('prints what is added and removed, how risky it is, and how many there are', async () => {
    const { out, code } = await run('diff rules.json more.json');
    assert.equal(code, 0);
    assert.equal(
      out,
      '--- rules.json\n+++ more.json\n+ SCMP_ARCH_X86\n+ bpf: allowed (severe)\n1 added, 0 removed, 0 changed\n',
    );
    assert.match(
      (await run('diff more.json rules.json')).out,
      /- SCMP_ARCH_X86\n- bpf: allowed before \(severe\)\n0 added, 1 removed/,
    );
  });

  it('ends with code 1 for a difference only when asked, and never without one', async () => {
    const codes = await Promise.all(
      ['diff rules.json more.json', 'diff --exit-code rules.json more.json', 'diff --exit-code one.json one.json'].map(
        async (line) => (await run(line)).code,
      ),
    );
    assert.deepEqual(codes, [0, 1, 0]);
    const { out, notes } = await run('diff --exit-code two.json deploy/web');
    assert.equal(out, '--- two.json\n+++ deploy/web\nBoth do the same with every call.\n');
    assert.equal(notes, '');
  });

  it('ends with code 0 where less is allowed, when asked to fail for additions alone', async () => {
    const line = 'diff --fail-on added';
    assert.equal((await run('diff --fail-on any more.json rules.json')).code, 1);
    assert.equal((await run(`${line} more.json rules.json`)).code, 0);
    const { code, notes } = await run(`${line} rules.json more.json`);
    assert.equal(code, 1);
    assert.match(notes, /^flak: more.json allows what rules.json doesn't; merge it/);
  });

  it('compares a file with the cluster, and says who made the new calls', async () => {
    const { out } = await run('diff one.json web -c nginx');
    assert.match(out, /\+ kill: allowed \(serving\)\n\+ wait4: allowed \(serving\)\n2 added/);
  });

  it('of one profile shows what its newest image changed', async () => {
    const { out, code } = await run('diff deploy/api --exit-code');
    assert.equal(code, 1);
    assert.match(
      out,
      /^--- deploy\/api \(other\/nginx:1.26\)\n\+\+\+ deploy\/api \(docker.io\/library\/nginx:1.28\)\nimage: /,
    );
    const single = await run('diff deploy/web');
    assert.deepEqual([single.code, single.out], [2, '']);
    assert.match(single.notes, /recorded with one image only/);
  });

  it('shows images, levels and defaults that differ', async () => {
    const stable = JSON.stringify({ ...webProfile(8), imageDigest: 'nginx@sha256:2' });
    const files: Readonly<Record<string, string>> = {
      stable,
      killing: rules(['read'], { defaultAction: 'SCMP_ACT_KILL' }),
      'one.json': FILES['one.json'] ?? '',
    };
    const more = { isFile: () => true, readText: (path: string) => Promise.resolve(ok(files[path] ?? '')) };
    assert.match(
      (await run('diff one.json stable', more)).out,
      /\nimage: docker.io\/library\/nginx@sha256:\w+ → nginx@sha256:2\nlevel: observed → stable\n/,
    );
    const { out } = await run('diff one.json killing', more);
    assert.match(out, /\+\+\+ killing\nevery other call: answered EPERM → kills the thread\n/);
  });

  it('prints JSON for programs', async () => {
    const { out } = await run('diff rules.json more.json -o json');
    assert.deepEqual(JSON.parse(out), {
      before: 'rules.json',
      after: 'more.json',
      equal: false,
      allowsMore: true,
      defaultAction: null,
      architectures: { added: ['SCMP_ARCH_X86'], removed: [] },
      syscalls: [
        { name: 'bpf', change: 'added', before: 'answered EPERM', after: 'allowed', risk: 'severe', origins: [] },
      ],
      image: null,
      level: null,
    });
  });

  it('is red and green on a terminal alone', async () => {
    assert.match(
      (await run('diff rules.json more.json', { isTTY: true })).out,
      /\u001b\[31m\+ bpf: allowed \(severe\)\u001b\[39m/,
    );
    assert.doesNotMatch(
      (await run('diff rules.json more.json', { isTTY: true, variables: { NO_COLOR: '1' } })).out,
      /\u001b/,
    );
  });

  it('takes one side from stdin, not both', async () => {
    assert.equal((await run('diff - rules.json')).out.split('\n')[0], '--- the input');
    const { code, notes } = await run('diff - -');
    assert.equal(code, 2);
    assert.match(notes, /only one of the two can come from stdin/);
  });
});

describe('flak merge', () => {
  it('of recordings is what the control plane would have stored', async () => {
    const { out, notes } = await run('merge one.json two.json');
    assert.deepEqual(JSON.parse(out), webProfile(2));
    assert.equal(notes, `${webProfile(2).summary}\n`);
    assert.deepEqual(JSON.parse((await run('merge one.json deploy/web --format oci')).out), webProfile(2).seccomp);
  });

  it('with rules alone is OCI', async () => {
    const { out } = await run('merge rules.json more.json one.json');
    assert.ok((JSON.parse(out) as { syscalls: { names: string[] }[] }).syscalls[0]?.names.includes('bpf'));
    assert.match((await run('merge rules.json more.json --format flak')).notes, /of which no Flak profile can be made/);
  });

  it('is written whole to a file that is named', async () => {
    const { out, notes, files } = await run('merge one.json two.json --to web.json');
    assert.equal(out, '');
    assert.match(notes, /wrote web.json\n$/);
    assert.deepEqual(JSON.parse(files.get('./web.json') ?? ''), webProfile(2));
  });

  it('says why, where it makes no sense', async () => {
    for (const [line, words] of [
      ['merge one.json', /at least two/],
      ['merge - -', /only one profile can come from stdin/],
      ['merge two.json api', /these can't be merged: they are of different containers/],
      ['merge two.json cut.json', /cut.json is cut off/],
    ] as const) {
      const { code, out, notes } = await run(line);
      assert.deepEqual([code, out], [2, ''], line);
      assert.match(notes, words);
    }
  });
});

describe('flak check', () => {
  it('names each finding, and ends with code 1 for errors', async () => {
    const { code, out, notes } = await run('check bad.json rules.json');
    assert.equal(code, 1);
    assert.match(out, /^bad.json\n {2}error {4}unknown-name raed: no table [^\n]+\nrules.json: nothing to say\n$/);
    assert.match(notes, /^flak: 1 finding of severity error; change the rules/);
  });

  it('takes risks for findings only when asked', async () => {
    assert.equal((await run('check more.json')).code, 0);
    const { code, notes } = await run('check more.json --fail-on risk');
    assert.equal(code, 1);
    assert.match(notes, /1 finding of severity error or warning or risk/);
    assert.match((await run('check bad.json more.json --fail-on risk')).notes, /2 findings/);
  });

  it('prints JSON for programs', async () => {
    const { out } = await run('check more.json -o json');
    const { profiles } = JSON.parse(out) as { profiles: { source: string; findings: { code: string }[] }[] };
    assert.deepEqual(
      profiles.map(({ source, findings }) => [source, findings.map(({ code }) => code)]),
      [['more.json', ['severe-call']]],
    );
  });

  it('tells a missing file from a workload, and what is no profile from both', async () => {
    for (const [line, code, words] of [
      ['check nope.json', 2, /there is no file nope.json; name one that exists/],
      ['check ./nope', 2, /there is no file/],
      ['check /nope', 2, /there is no file/],
      ['check nope', 1, /no profile of nope/],
      ['check cut.json', 2, /cut.json is cut off, or no JSON: .*; give an OCI, Flak or SyscallProfile file/],
    ] as const) {
      const ended = await run(line);
      assert.equal(ended.code, code, line);
      assert.match(ended.notes, words);
    }
  });
});

describe('flak explain', () => {
  it('prints text, on a terminal with emphasis', async () => {
    assert.match(
      (await run('explain deploy/web')).out,
      /^Deployment web, container nginx\n[^]*Lets \d+ of the kernel's 385/,
    );
    assert.match(
      (await run('explain more.json', { isTTY: true })).out,
      /\u001b\[1mworth a look\u001b\[22m\n {2}bpf +\u001b\[31msevere/,
    );
  });

  it('writes the report and nothing on stdout, or JSON beside it', async () => {
    const { out, notes, files } = await run('explain one.json --html web.html');
    assert.deepEqual([out, notes], ['', 'wrote web.html\n']);
    assert.match(files.get('./web.html') ?? '', /^<!doctype html>/);
    const both = await run('explain one.json --html web.html -o json');
    assert.equal((JSON.parse(both.out) as { surface: { kernel: number } }).surface.kernel, 385);
  });

  it("says it where the report can't be written", async () => {
    const { code } = await run('explain one.json --html web.html', {
      writeFile: () => Promise.resolve({ kind: 'environment', message: 'full' }),
    });
    assert.equal(code, 3);
  });
});
