/** `flak verify` on this machine. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VerifyReport } from '../../../cli/verify/report.ts';
import type { FlakProfile } from '../../../profile/flak-format.ts';
import { skipBecause } from '../../skip.ts';
import { TemporaryTree } from '../../temporary-tree.ts';
import { readProfile, remains, runFlak } from './flak.ts';

/** Calls what little else does, and minds what each answers. */
const PROGRAM = `
import os, select, signal, socket, tempfile
os.chdir(tempfile.mkdtemp(dir='.'))
os.mkfifo('fifo'); os.unlink('fifo'); os.mkdir('d'); os.rmdir('d'); os.symlink('a', 'b'); os.unlink('b')
os.umask(0o22); os.getpgid(0); os.getpriority(0, 0); os.sched_yield(); os.sync()
here, there = socket.socketpair(); here.send(b'x'); there.recv(1); here.shutdown(2)
poll = select.epoll(); poll.register(there); poll.poll(0); select.select([], [], [], 0)
signal.setitimer(signal.ITIMER_REAL, 0); os.times(); os.uname(); os.getgroups(); os.pipe(); os.dup(0)
open('f', 'w').close(); os.truncate('f', 1); os.chmod('f', 0o600); os.rename('f', 'g'); os.unlink('g'); os.getcwd()
`;

describe('flak verify', function () {
  this.timeout(120_000);
  let tree: TemporaryTree;
  let cwd: string;
  const command = ['--', '/usr/bin/python3', 'program.py'];

  before(async function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'a filter is loaded as root');
    tree = new TemporaryTree();
    cwd = tree.root;
    writeFileSync(join(cwd, 'program.py'), PROGRAM);
    const { code, notes } = await runFlak(['record', ...command], { cwd });
    assert.equal(code, 0, notes);
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

  it('finds every one of 20 calls that were taken out of the profile, and tells which the program tolerates', async () => {
    const whole = readProfile(cwd);
    const declared = new Set(whole.groups.flatMap(({ calls }) => calls.map(({ name }) => name)));
    const own = whole.calls.filter(({ origins, errno }) => errno === undefined && origins.includes('startup'));
    const candidates = own.map(({ name }) => name).filter((name) => !declared.has(name));
    assert.ok(candidates.length >= 20, candidates.join());
    for (const name of sample(candidates, 20)) {
      writeFileSync(join(cwd, 'less.json'), JSON.stringify(without(whole, name)));
      const { code, out, notes } = await runFlak(['verify', 'less.json', '-o', 'json', ...command], { cwd });
      assert.equal(code, 1, `${name}: ${notes}`);
      const report = JSON.parse(out) as VerifyReport;
      assert.ok(report.findings.map((finding) => finding.name).includes(name), `${name}: ${notes}`);
      assert.equal(report.tolerated, report.loggedCode === report.enforcedCode);
      assert.equal(report.loggedCode, 0, `${name}: the first run must not notice`);
    }
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

/** Without repetition. */
function sample(names: readonly string[], count: number): string[] {
  const left = [...names];
  return Array.from({ length: count }, () => left.splice(Math.floor(Math.random() * left.length), 1)[0] ?? '');
}

function without(profile: FlakProfile, name: string): FlakProfile {
  const syscalls = profile.seccomp.syscalls.map((rule) => ({
    ...rule,
    names: rule.names.filter((other) => other !== name),
  }));
  return { ...profile, seccomp: { ...profile.seccomp, syscalls: syscalls.filter(({ names }) => names.length > 0) } };
}
