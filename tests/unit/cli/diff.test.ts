/** diff, on files and on what is stored in the cluster. */
import assert from 'node:assert/strict';
import { ok } from '../../../cli/ending.ts';
import { webProfile } from '../profile/web-profile.ts';
import { FILES, rules, run } from './profiles-at-hand.ts';

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
