/** `flak verify` on this machine. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipBecause } from '../../skip.ts';
import { TemporaryTree } from '../../temporary-tree.ts';
import { readProfile, remains, runFlak } from './flak.ts';
import { COMMAND, recordProgram, verifyWithout } from './removed-calls.ts';

describe('flak verify', function () {
  this.timeout(120_000);
  let tree: TemporaryTree;
  let cwd: string;
  const command = ['--', ...COMMAND];

  before(async function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'a filter is loaded as root');
    tree = new TemporaryTree();
    cwd = tree.root;
    await recordProgram(cwd);
  });

  after(() => {
    assert.deepEqual(remains(), []);
    tree[Symbol.dispose]();
  });

  it('earns the level verified, and writes it only when asked to', async () => {
    const before = readFileSync(join(cwd, 'flak.json'), 'utf8');
    assert.equal((await runFlak(['verify', 'flak.json', ...command], { cwd })).code, 0);
    assert.equal(readFileSync(join(cwd, 'flak.json'), 'utf8'), before);
    writeFileSync(join(cwd, 'copy.json'), before);
    const { code, notes } = await runFlak(['verify', '--write', 'copy.json', ...command], { cwd });
    assert.equal(code, 0, notes);
    assert.equal(readProfile(cwd, 'copy.json').completeness.level, 'verified');
    assert.deepEqual(readProfile(cwd, 'copy.json').seccomp, readProfile(cwd).seccomp);
  });

  it('finds calls that were taken out of the profile, and tells which the program tolerates', async () => {
    await verifyWithout(3, cwd); // twenty: tests/soak/removed-calls.test.ts
  });

  it('finds a value that no rule allows', async () => {
    const script = (family: string): string[] => [
      '--',
      '/usr/bin/python3',
      '-c',
      `import socket; socket.socket(socket.${family})`,
    ];
    assert.equal((await runFlak(['record', '-o', 's.json', ...script('AF_UNIX')], { cwd })).code, 0);
    const { code, notes } = await runFlak(
      [
        'verify',
        's.json',
        ...script('AF_NETLINK').slice(0, -1),
        'import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)',
      ],
      { cwd },
    );
    assert.equal(code, 1);
    assert.match(
      notes,
      /not allowed: socket\(AF_NETLINK, .*\)[^]*PermissionError|PermissionError[^]*not allowed: socket\(AF_NETLINK, /,
    );
  });

  it('proposes what it found, and nothing more, in a file of its own', async () => {
    const more = ['--', 'sh', '-c', '/usr/bin/python3 program.py && mkfifo p && rm p'];
    const { code } = await runFlak(['verify', 'flak.json', '--propose', 'more.json', ...more], { cwd });
    assert.equal(code, 1);
    assert.equal((await runFlak(['verify', 'more.json', ...more], { cwd })).code, 0);
  });

  it('lets a program that its profile can not even start count as a finding', async () => {
    const profile = {
      defaultAction: 'SCMP_ACT_ERRNO',
      architectures: ['SCMP_ARCH_X86_64'],
      syscalls: [{ names: ['write', 'exit_group'], action: 'SCMP_ACT_ALLOW' }],
    };
    const { code, notes } = await runFlak(['verify', tree.file('bare.json', JSON.stringify(profile)), '--', 'true'], {
      cwd,
    });
    assert.equal(code, 1, notes);
    assert.match(notes, /not allowed: mmap/);
    assert.match(notes, /could not even be executed/);
  });

  it('ends where the profile does not even let a program end', async () => {
    const profile = tree.file(
      'nothing.json',
      '{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1, "syscalls": []}',
    );
    const { code, notes } = await runFlak(['verify', profile, '--', 'true'], { cwd });
    assert.equal(code, 1, notes);
    assert.match(notes, /could not even be executed/);
  });

  for (const [what, text, sentence] of [
    ['a truncated file', '{"defaultAction": "SCMP_ACT_ER', /is cut off/],
    ['a foreign file', '{"kind": "Pod"}', /is a Pod, which is no profile/],
    ['an empty file', '', /is empty/],
  ] as const)
    it(`refuses ${what} before anything runs`, async () => {
      const args = ['verify', tree.file('bad.json', text), '--', 'mkdir', 'ran'];
      const { code, notes } = await runFlak(args, { cwd });
      assert.equal(code, 2);
      assert.match(notes, sentence);
      assert.doesNotMatch(notes, /1 of 2/);
    });
});
