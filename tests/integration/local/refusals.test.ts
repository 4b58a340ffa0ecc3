/** What `flak record` does where it can't record, or is asked for what can't be: one sentence, an exit code, nothing left. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { skipBecause } from '../../skip.ts';
import { TemporaryTree } from '../../temporary-tree.ts';
import type { Ran } from './flak.ts';
import { ENTRY, remains, runFlak, start } from './flak.ts';

/** Runs it where something of the machine is hidden; a mount namespace hides it from nobody else. */
async function runWithout(hide: string, args: readonly string[], cwd: string): Promise<Ran> {
  const script = `${hide} && exec "$0" "$@"`;
  return start('unshare', ['--mount', 'sh', '-c', script, process.execPath, ENTRY, ...args], { cwd }).ended;
}

describe('flak record, where it can not', function () {
  this.timeout(60_000);
  let tree: TemporaryTree;
  let cwd: string;
  const command = ['--', 'mkdir', 'ran'];

  before(function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'giving up root needs root');
  });

  beforeEach(() => {
    tree = new TemporaryTree();
    cwd = tree.root;
  });

  afterEach(() => {
    assert.deepEqual(readdirSync(cwd), [], 'nothing is run and nothing is written');
    assert.deepEqual(remains(), []);
    tree[Symbol.dispose]();
  });

  async function refuses(ran: Promise<Ran>, code: number, sentence: RegExp): Promise<void> {
    const { code: actual, notes } = await ran;
    assert.match(notes, sentence);
    assert.equal(actual, code, notes);
    assert.ok(!notes.includes('    at '), 'no stack trace');
  }

  it('asks for root', async () => {
    await refuses(
      runFlak(['record', '-o', '/tmp/x.json', ...command], { cwd: '/', uid: 65534 }),
      3,
      /needs root; run it with sudo/,
    );
  });

  it('names the missing BTF', async () => {
    const hidden = runWithout('mount -t tmpfs none /sys/kernel/btf', ['record', ...command], cwd);
    await refuses(hidden, 3, /has no BTF .*flak doctor/);
  });

  it('names the missing libbpf', async () => {
    const library = '$(ldconfig -p | sed -n "s/.*libbpf.so.1 .*=> //p" | head -1)';
    const hidden = runWithout(`mount --bind /dev/null ${library}`, ['record', ...command], cwd);
    await refuses(hidden, 3, /libbpf\.so\.1 is not installed; install it \(Debian, Ubuntu: apt-get install libbpf1\)/);
  });

  it('says that a cgroup file system is read-only', async () => {
    const hidden = runWithout(
      'for m in /sys/fs/cgroup /sys/fs/cgroup/unified; do mount -o remount,bind,ro $m 2>/dev/null; done; true',
      ['record', ...command],
      cwd,
    );
    await refuses(hidden, 3, /no cgroup can be made for the command \(EROFS/);
  });

  it('knows a command that is not there, or no program, as a shell does', async () => {
    await refuses(runFlak(['record', '--', './nosuch'], { cwd }), 127, /\.\/nosuch can't be run: no such file/);
    await refuses(runFlak(['record', '--', '/etc/passwd'], { cwd }), 126, /can't be run: permission denied/);
  });

  it('finds an output that can not be written before the command runs', async () => {
    await refuses(
      runFlak(['record', '-o', 'no/such/folder.json', ...command], { cwd }),
      2,
      /can't be written \(no such file or directory\)/,
    );
    await refuses(runFlak(['record', '-o', '/', ...command], { cwd }), 2, /is a directory/);
    await refuses(runFlak(['record', '-o', '/proc/x.json', ...command], { cwd }), 2, /can't be written/);
  });

  it('finds what can not be merged with before the command runs', async () => {
    const other = new TemporaryTree();
    for (const [text, why] of [
      ['{"defaultAction": "SCMP_ACT_ERRNO"', /is cut off/],
      ['{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}', /holds rules alone/],
      ['', /is empty/],
    ] as const)
      await refuses(runFlak(['record', '--merge', '-o', other.file('p.json', text), ...command], { cwd }), 2, why);
    other[Symbol.dispose]();
  });

  it('knows no such user, process or cgroup', async () => {
    await refuses(runFlak(['record', '--user', 'nobody-of-that-name', ...command], { cwd }), 2, /there is no user/);
    await refuses(runFlak(['record', '--pid', '4194304'], { cwd }), 1, /there is no process 4194304/);
    await refuses(runFlak(['record', '--cgroup', '/no/such'], { cwd }), 1, /there is no cgroup \/no\/such/);
  });

  it('takes one thing to record', async () => {
    await refuses(runFlak(['record'], { cwd }), 2, /name one thing to record/);
    await refuses(runFlak(['record', '--pid', '1', '--', 'true'], { cwd }), 2, /name one thing to record/);
    await refuses(runFlak(['record', '--nonsense'], { cwd }), 2, /unknown option/);
  });

  it('does not lose what another recording sees', async () => {
    const other = new TemporaryTree();
    const inner = [process.execPath, ENTRY, 'record', ...command];
    const outer = runFlak(['record', '-o', `${other.root}/outer.json`, '--', ...inner], { cwd });
    await refuses(outer, 3, /runs inside a recording already/);
    other[Symbol.dispose]();
  });

  it('leaves no half-written profile where the disk is full', async () => {
    const other = new TemporaryTree();
    mkdirSync(`${other.root}/small`);
    writeFileSync(`${other.root}/list.sh`, 'exec "$0" "$@"; ls -A small');
    const script = `mount -t tmpfs -o size=8k none small && { "$0" "$@"; echo $?; ls -A small; }`;
    const args = ['--mount', 'sh', '-c', script, process.execPath, ENTRY, 'record', '-o', 'small/p.json', '--', 'true'];
    const { out, notes } = await start('unshare', args, { cwd: other.root }).ended;
    assert.match(notes, /small\/p\.json can't be written \(no space left on device\)/);
    assert.equal(out, '3\n');
    other[Symbol.dispose]();
  });
});
