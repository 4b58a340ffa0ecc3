/**
 * Generated profiles in the hands of those who read them: containers of runc and crun, with and without
 * NoNewPrivileges, root and not. What the target calls is recorded by strace, which knows nothing of Flak.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { declaredGroups } from '../../../profile/declared-groups.ts';
import { toSeccomp } from '../../../profile/seccomp.ts';
import type { SeccompProfile } from '../../../profile/seccomp.ts';
import type { ProfiledCall } from '../../../profile/syscall-profile.ts';
import type { Variation } from '../../base-set/bundle.ts';
import { makeBundle, makeRootFilesystem, processOf, VARIATIONS } from '../../base-set/bundle.ts';
import type { Runtime } from '../../base-set/runtime.ts';
import { identifyRuntime, runRuntime } from '../../base-set/runtime.ts';
import { skipBecause } from '../../skip.ts';
import { within } from '../../within.ts';

/** Threads, a socket pair and an epoll: calls that neither a runtime nor the C library's start makes by itself. */
const TARGET = `
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
static int pair[2];
static void *answer(void *unused) { (void)unused; return (void *)(long)(send(pair[1], "served\\n", 7, 0) != 7); }
int main(void) {
  char text[16];
  void *failed = 0;
  struct epoll_event event = {.events = EPOLLIN};
  pthread_t thread;
  int poll = epoll_create1(0);
  if (poll < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || epoll_ctl(poll, EPOLL_CTL_ADD, pair[0], &event)) return 10;
  if (pthread_create(&thread, 0, answer, 0)) return 11;
  if (epoll_wait(poll, &event, 1, 5000) != 1 || recv(pair[0], text, sizeof text, 0) != 7) return 12;
  if (pthread_join(thread, &failed) || failed) return 13;
  return write(1, text, 7) != 7;
}`;

/** All that it does is in every golden file. */
const BARE = '__asm__(".globl _start\\n_start: mov $231, %eax; xor %edi, %edi; syscall"); /* exit_group */';
const GOLDEN = join(import.meta.dirname, '../../golden/profile');

/** Each is exercised by the target, needed for its result, and in none of the declared groups. */
const NEEDED = ['epoll_create1', 'epoll_wait', 'recvfrom', 'sendto', 'socketpair'];

function straceNames(program: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'flak-strace-'));
  try {
    execFileSync('strace', ['-f', '-qq', '-o', join(folder, 'calls'), program], within(60_000));
    const lines = readFileSync(join(folder, 'calls'), 'utf8').matchAll(/^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed)/gm);
    return [...new Set([...lines].map(([, name = '']) => name))];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function made(name: string): ProfiledCall {
  return { abi: 'x86_64', name, origins: ['startup'] };
}

function profileOf(calls: readonly ProfiledCall[]): SeccompProfile {
  return toSeccomp({ calls, contributors: [{ architecture: 'x86_64' }] }, declaredGroups());
}

/** The files that hold the formats still, as far as they are for this architecture. */
function goldenProfiles(): SeccompProfile[] {
  const names = readdirSync(GOLDEN).filter((name) => name.endsWith('.seccomp.json'));
  const all = names.map((name) => JSON.parse(readFileSync(join(GOLDEN, name), 'utf8')) as SeccompProfile);
  return all.filter(({ architectures }) => architectures.includes('SCMP_ARCH_X86_64'));
}

describe('a generated profile', function () {
  this.timeout(120_000);
  let folder: string;
  let rootfs: string;
  let calls: ProfiledCall[];
  let counter = 0;

  before(function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'starting containers needs root');
    for (const tool of ['strace', 'cc', 'runc', 'crun'])
      if (spawnSync('which', [tool]).status !== 0) skipBecause(this, `${tool} is not installed`);
    folder = mkdtempSync(join(tmpdir(), 'flak-profile-'));
    rootfs = makeRootFilesystem(folder, TARGET);
    calls = straceNames(join(rootfs, 'bin/target')).map(made);
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function run(runtime: Runtime, profile: SeccompProfile, variation: (typeof VARIATIONS)[number]) {
    const id = `flak-profile-${process.pid}-${(counter += 1)}`;
    const bundle = makeBundle(folder, id, { rootfs, process: processOf(variation, []), seccomp: profile });
    return runRuntime(runtime, join(folder, 'state'), ['run', '--bundle', bundle, id]);
  }

  for (const name of ['runc', 'crun']) {
    it(`lets the recorded program run on ${name}, whatever the user and NoNewPrivileges`, () => {
      const runtime = identifyRuntime(name);
      for (const variation of VARIATIONS)
        assert.deepEqual(run(runtime, profileOf(calls), variation), { status: 0, output: 'served\n' });
    });

    it(`stops the program on ${name} when a call it makes is taken out`, () => {
      const runtime = identifyRuntime(name);
      const [variation] = VARIATIONS;
      assert.ok(variation);
      for (const missing of NEEDED) {
        assert.ok(
          calls.some((call) => call.name === missing),
          `the program doesn't call ${missing}`,
        );
        const { status } = run(runtime, profileOf(calls.filter((call) => call.name !== missing)), variation);
        assert.notEqual(status, 0, `runs without ${missing}`);
      }
    });

    it(`starts a container on ${name} from each golden file of this architecture`, () => {
      const runtime = identifyRuntime(name);
      const bare = makeRootFilesystem(join(folder, `bare-${name}`), BARE, ['-nostdlib']);
      const started = goldenProfiles().map((golden) => {
        const id = `flak-golden-${process.pid}-${(counter += 1)}`;
        const options = { rootfs: bare, process: processOf(VARIATIONS[0] as Variation, []), seccomp: golden };
        return runRuntime(runtime, join(folder, 'state'), ['run', '--bundle', makeBundle(folder, id, options), id]);
      });
      assert.ok(started.length >= 4);
      assert.deepEqual(started, Array(started.length).fill({ status: 0, output: '' }));
    });

    it(`answers a denied clone3 so that threads start all the same on ${name}`, () => {
      const runtime = identifyRuntime(name);
      const [variation] = VARIATIONS;
      assert.ok(variation);
      const others = calls.filter((call) => call.name !== 'clone3');
      const recorded = (errno: number) => profileOf([...others, made('clone'), { ...made('clone3'), errno }]);
      assert.deepEqual(run(runtime, recorded(38), variation), { status: 0, output: 'served\n' });
      assert.equal(run(runtime, recorded(1), variation).status, 11);
    });
  }
});
