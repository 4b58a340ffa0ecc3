/** `flak record` on this machine: what a person sees of it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { skipBecause } from '../../skip.ts';
import { TemporaryTree } from '../../temporary-tree.ts';
import { ENTRY, madeBy, readProfile, remains, runFlak, start, startFlak } from './flak.ts';

const X86 = 'x86_64';

describe('flak record', function () {
  this.timeout(60_000);
  let tree: TemporaryTree;
  let cwd: string;

  before(function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'recording needs root');
  });

  beforeEach(() => {
    tree = new TemporaryTree();
    cwd = tree.root;
  });

  afterEach(() => {
    tree[Symbol.dispose]();
    assert.deepEqual(remains(), []);
  });

  it('passes on output and exit code, and writes a profile of the command alone', async () => {
    const script = 'ls -A; mkdir made; echo done; exit 7';
    const { code, out, notes } = await runFlak(['record', '--', 'sh', '-c', script], { cwd });
    assert.equal(code, 7, notes);
    assert.equal(out, 'done\n', 'the command finds no file of Flak');
    const profile = readProfile(cwd);
    const made = madeBy(profile, 'startup', 'serving');
    assert.ok(made.has(`${X86} mkdir`));
    // What Flak did in the cgroup before its exec is not the command's.
    assert.ok(!made.has(`${X86} chroot`));
    assert.equal(profile.summary, 'observed: armed before the first instruction, 0 lost, 1 contributor');
    assert.match(
      notes,
      /^flak: sh: \d+ system calls; observed[^\n]*\nflak: wrote flak\.json; it also allows \d+ calls that/,
    );
    assert.deepEqual(readdirSync(cwd).sort(), ['flak.json', 'made']);
  });

  it('says with 128 and its number which signal ended the command', async () => {
    const { code } = await runFlak(['record', '--', 'sh', '-c', 'kill -KILL $$'], { cwd });
    assert.equal(code, 137);
    assert.ok(madeBy(readProfile(cwd), 'startup').has(`${X86} kill`));
  });

  it('runs the command as who called sudo, or as who is named, and gives the file to who called', async () => {
    const env = { ...process.env, SUDO_UID: '65534', SUDO_GID: '65534' };
    const script = 'id -u; id -g; id -G; echo $HOME';
    const sudo = await runFlak(['record', '-o', 'sudo.json', '--', 'sh', '-c', script], { cwd, env });
    assert.equal(sudo.code, 0, sudo.notes);
    assert.equal(sudo.out, '65534\n65534\n65534\n/nonexistent\n');
    assert.equal(statSync(join(cwd, 'sudo.json')).uid, 65534);
    const named = await runFlak(['record', '--user', '4242:4343', '--', 'sh', '-c', 'id -u; id -G'], { cwd });
    assert.equal(named.out, '4242\n4343\n');
    assert.equal(statSync(join(cwd, 'flak.json')).uid, 0);
  });

  it('gives the command the limit of open files that Flak was called with, not the one that Node has taken', async () => {
    const limits = ['sh', '-c', 'ulimit -Sn; ulimit -Hn'];
    const called = ['-c', 'ulimit -Sn 777; ulimit -Hn; "$@"; exit $?', 'called'];
    const { out } = await start('sh', [...called, process.execPath, ENTRY, 'record', '--', ...limits], { cwd }).ended;
    const [hard, ...given] = out.trim().split('\n');
    assert.deepEqual(given, ['777', hard]);
  });

  it('records what the command leaves behind, and says so', async () => {
    const script = '(while ! [ -e said ]; do sleep 0.1; done; mkdir late) & exit 0';
    const { child, ended } = startFlak(['record', '--', 'sh', '-c', script], { cwd });
    child.stderr?.once('data', () => {
      writeFileSync(join(cwd, 'said'), '');
    });
    const { code, notes } = await ended;
    assert.equal(code, 0);
    assert.match(notes, /sh has ended, .* of it not; recording goes on/);
    assert.ok(madeBy(readProfile(cwd), 'startup').has(`${X86} mkdir`));
  });

  it('forwards a signal that a service manager sends', async () => {
    const script = 'trap "mkdir caught; kill \\$!; exit 5" TERM; echo waiting; sleep 30 & wait';
    const { child, ended } = startFlak(['record', '--', 'sh', '-c', script], { cwd });
    child.stdout?.once('data', () => child.kill('SIGTERM'));
    const { code, notes } = await ended;
    assert.equal(code, 5, notes);
    assert.ok(madeBy(readProfile(cwd), 'startup').has(`${X86} mkdir`));
  });

  it('stops waiting for what the command left behind at the next signal, and lets it live', async () => {
    const script = 'sleep 30 >/dev/null 2>&1 & echo $!';
    const { child, ended } = startFlak(['record', '--', 'sh', '-c', script], { cwd });
    child.stderr?.once('data', () => child.kill('SIGINT'));
    const { code, out } = await ended;
    assert.equal(code, 0);
    assert.match(readFileSync(`/proc/${out.trim()}/comm`, 'utf8'), /sleep/);
    process.kill(Number(out));
  });

  it('lets Ctrl-C reach the command once, and writes the profile all the same', async () => {
    const script =
      'trap "mkdir interrupted-$(ls | grep -c interrupted); exit 9" INT; echo waiting; while :; do sleep 0.1; done';
    writeFileSync(join(cwd, 'loop.sh'), script);
    const line = `exec ${process.execPath} ${join(import.meta.dirname, '../../../cli/flak.ts')} record -- sh loop.sh`;
    // script(1) gives it a terminal of its own.
    const { child, ended } = start('script', ['-qec', line, '/dev/null'], { cwd, stdio: 'pipe' });
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('waiting')) child.stdin?.write('\u0003');
    });
    const { code, out } = await ended;
    assert.equal(code, 9, out);
    assert.ok(existsSync(join(cwd, 'interrupted-0')));
    assert.ok(!existsSync(join(cwd, 'interrupted-1')));
    assert.ok(madeBy(readProfile(cwd), 'startup').has(`${X86} mkdir`));
  });

  it('tells startup from serving by time, or by a signal that the command does not get', async () => {
    const script = 'sleep 5; mkdir served';
    assert.equal((await runFlak(['record', '--ready-after', '0.5', '--', 'sh', '-c', script], { cwd })).code, 0);
    const byTime = readProfile(cwd);
    assert.ok(madeBy(byTime, 'serving').has(`${X86} mkdir`));
    assert.ok(!madeBy(byTime, 'startup').has(`${X86} mkdir`));
    const loop = 'echo waiting; while ! [ -e go ]; do sleep 0.1; done; sleep 5; mkdir signalled';
    const { child, ended } = startFlak(['record', '--ready-on', 'SIGUSR1', '--', 'sh', '-c', loop], { cwd });
    child.stdout?.once('data', () => {
      child.kill('SIGUSR1');
      writeFileSync(join(cwd, 'go'), '');
    });
    assert.equal((await ended).code, 0);
    assert.ok(!madeBy(readProfile(cwd), 'startup').has(`${X86} mkdir`));
  });

  it('replaces a profile, and adds to it with --merge', async () => {
    await runFlak(['record', '--', 'mkdir', 'one'], { cwd });
    await runFlak(['record', '--merge', '--', 'rmdir', 'one'], { cwd });
    const merged = readProfile(cwd);
    assert.equal(merged.contributors.length, 2);
    const made = madeBy(merged, 'startup');
    assert.ok(made.has(`${X86} mkdir`) && made.has(`${X86} rmdir`));
    await runFlak(['record', '--', 'true'], { cwd });
    assert.ok(!madeBy(readProfile(cwd), 'startup').has(`${X86} rmdir`));
  });

  it('writes the file that runtimes take, or to stdout', async () => {
    await runFlak(['record', '--format', 'oci', '--', 'true'], { cwd });
    const file = JSON.parse(readFileSync(join(cwd, 'seccomp.json'), 'utf8')) as { defaultAction: string };
    assert.equal(file.defaultAction, 'SCMP_ACT_ERRNO');
    const { out } = await runFlak(['record', '--format', 'oci', '-o', '-', '--', 'true'], { cwd });
    assert.deepEqual(JSON.parse(out), file);
  });

  it('records a process that runs already, and its children, and leaves them where they were', async () => {
    const loop = start('sh', ['-c', 'echo $$; while ! [ -e stop ]; do sleep 0.1; echo again; done; mkdir seen'], {
      cwd,
    });
    const pid = await new Promise<string>((resolve) =>
      loop.child.stdout?.once('data', (chunk) => {
        resolve(String(chunk).split('\n')[0] ?? '');
      }),
    );
    const before = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    const { child, ended } = startFlak(['record', '--pid', pid], { cwd });
    await until(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8') !== before);
    for (let turn = 0; turn < 3; turn++) await once(loop.child.stdout ?? assert.fail(), 'data');
    child.kill('SIGINT');
    assert.equal((await ended).code, 0);
    assert.equal(readFileSync(`/proc/${pid}/cgroup`, 'utf8'), before);
    const profile = readProfile(cwd);
    assert.match(profile.summary, /^partial\(late-arming\)/);
    const clone = [...madeBy(profile, 'startup')].filter((call) => /clone|fork/.test(call));
    assert.ok(clone.length > 0);
    writeFileSync(join(cwd, 'stop'), '');
    await loop.ended;
  });
});

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000 && !isSo(); tries++) await sleep(50);
  assert.ok(isSo());
}
