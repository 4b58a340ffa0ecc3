/**
 * Are the values that the ledger keeps those that programs pass? Each program starts once, watched by the ledger and
 * by strace at the same time; both have to tell the same values of every watched argument. Then it starts once more: are
 * the rules made from its first start such that the next one passes?
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { join } from 'node:path';
import { watchOf } from '../../../profile/arguments.ts';
import type { SeccompProfile } from '../../../profile/seccomp.ts';
import { toSeccomp } from '../../../profile/seccomp.ts';
import type { ProfiledCall } from '../../../profile/syscall-profile.ts';
import { nameOf } from '../../../profile/syscalls/names.ts';
import type { SlotReading } from '../../../tracer/ledger/ledger.ts';
import { skipBecause } from '../../skip.ts';
import { makeCgroup } from '../tracer-ledger/stage.ts';
import { stageForEach } from '../tracer-ledger/stage-hooks.ts';
import { allows } from '../../allows.ts';
import { within } from '../../within.ts';
import type { Traced, Tuples } from './strace.ts';
import { group, traceInside } from './strace.ts';
import { isListening, until } from './until.ts';

const PYTHON = `
import ctypes, socket, ssl, subprocess, threading
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
datagrams.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
pair = socket.socketpair()
pair[0].shutdown(socket.SHUT_WR)
thread = threading.Thread(target=lambda: subprocess.run(['true'], check=True))
thread.start()
thread.join()
# The upper half of an int's register is the caller's: AF_INET with a bit above it is AF_INET.
assert ctypes.CDLL(None).syscall(41, ctypes.c_long(1 << 32 | socket.AF_INET), ctypes.c_long(socket.SOCK_STREAM), ctypes.c_long(0)) > 0
`;

function valuesIn({ containers }: SlotReading): Tuples {
  const entries = containers.flatMap((container) => container.entries);
  const calls = entries.flatMap(({ abi, arguments: seen }) =>
    seen.flatMap(({ nr, tuples, wide }) => {
      assert.equal(wide, false, nameOf(abi, nr));
      return tuples.map((tuple) => ({ name: nameOf(abi, nr), tuple: tuple.join() }));
    }),
  );
  return group(calls);
}

/** Rules as they are by default, and no more than was seen. */
function profileOf(seen: Tuples): SeccompProfile {
  const calls = Object.entries(seen).map(([name, tuples]): ProfiledCall => {
    const indices = [...(watchOf('x86_64', name)?.indices ?? [])];
    const values = { origin: 'startup' as const, indices, tuples: [...tuples], wide: false };
    return { abi: 'x86_64', name, origins: ['startup'], arguments: [values] };
  });
  return toSeccomp({ calls, contributors: [{ architecture: 'x86_64' }] }, []);
}

describe('values of arguments', function () {
  this.timeout(180_000);
  const stage = stageForEach();

  before(function () {
    if (spawnSync('which', ['strace']).status !== 0) skipBecause(this, 'strace is not installed');
  });

  /** What both told, once `use` is done with the program and it has ended. */
  async function record(command: readonly string[], use: (traced: Traced) => Promise<void> = () => Promise.resolve()) {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    const traced = await traceInside(makeCgroup(pod, 'one'), stage.folder, command);
    await use(traced);
    const strace = await traced.ended;
    const ledger = valuesIn(slot.read());
    await slot.leave();
    return { strace, ledger };
  }

  /** Both tell the same, and what one start showed lets the next one pass. */
  async function compare(command: readonly string[], use?: (traced: Traced) => Promise<void>): Promise<Tuples> {
    const [first, next] = [await record(command, use), await record(command, use)];
    for (const { strace, ledger } of [first, next]) assert.deepEqual(ledger, strace);
    const profile = profileOf(first.ledger);
    for (const [name, tuples] of Object.entries(next.ledger))
      for (const tuple of tuples) assert.ok(allows(profile, name, tuple), `${name}(${tuple})`);
    return first.ledger;
  }

  function assertShown(tuples: Tuples, ...names: string[]): void {
    for (const name of names) assert.ok(name in tuples, `the program makes no ${name}`);
  }

  it('of python with sockets, threads and children are those that strace prints', async () => {
    const seen = await compare(['python3', '-c', PYTHON]);
    assertShown(seen, 'socket', 'socketpair', 'setsockopt', 'shutdown', 'ioctl', 'fcntl', 'mmap', 'mprotect');
    assert.ok(seen['socket']?.includes('2,1,0'), 'the upper half of a register was taken for a value');
  });

  it('of nginx from its start to its end are those that strace prints', async function () {
    if (!existsSync('/usr/sbin/nginx')) skipBecause(this, 'nginx is not installed');
    const socket = join(stage.folder, 'http');
    const configuration = `daemon off; error_log stderr; pid ${stage.folder}/pid; events {}
      http { access_log off; server { listen unix:${socket}; return 200 "served"; } }`;
    writeFileSync(join(stage.folder, 'nginx.conf'), configuration);
    const seen = await compare(['nginx', '-c', join(stage.folder, 'nginx.conf')], async ({ pid }) => {
      await until('nginx listens', () => isListening(socket));
      const [answer] = (await once(get({ socketPath: socket }), 'response')) as [IncomingMessage];
      answer.resume();
      await once(answer, 'end');
      process.kill(pid, 'SIGQUIT');
      // nginx removes it too, sooner or later.
      rmSync(socket, { force: true });
    });
    assertShown(seen, 'socket', 'socketpair', 'ioctl', 'fcntl', 'prctl');
  });

  it('of postgres from its start to its end are those that strace prints', async function () {
    const [version] = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
    if (version === undefined) skipBecause(this, 'postgresql is not installed');
    const programs = join('/usr/lib/postgresql', version, 'bin');
    const folder = join(stage.folder, 'postgres');
    const [uid, gid] = ['-u', '-g'].map((option) => Number(execFileSync('id', [option, 'postgres'])));
    mkdirSync(folder);
    execFileSync('chmod', ['755', stage.folder]);
    chownSync(folder, uid ?? 0, gid ?? 0);
    const asPostgres = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] as const;
    const [setpriv, ...identity] = asPostgres;
    execFileSync(setpriv, [...identity, join(programs, 'initdb'), '-D', join(folder, 'd')], {
      stdio: 'ignore',
      ...within(120_000),
    });
    const options = ['-D', join(folder, 'd'), '-k', folder, '-c', 'listen_addresses='];
    const seen = await compare([...asPostgres, join(programs, 'postgres'), ...options], async ({ pid }) => {
      const query = ['-h', folder, '-c', 'select count(*) from pg_class'];
      const psql = [...identity, join(programs, 'psql'), ...query];
      await until('postgres answers', () => spawnSync(setpriv, psql, within(10_000)).status === 0);
      process.kill(pid, 'SIGINT');
    });
    assertShown(seen, 'socket', 'clone', 'prctl', 'prlimit64');
  });
});
