/**
 * Rules on arguments in the hands of those who read them: what runc and crun, with libseccomp, make of them. Recorded by
 * the ledger, so that nothing between the register and the filter is taken for granted.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contributionsOf } from '../../../profile/contribution.ts';
import { declaredGroups } from '../../../profile/declared-groups.ts';
import type { ArgumentMode } from '../../../profile/enforced.ts';
import type { ContainerRecording } from '../../../profile/recording.ts';
import type { SeccompProfile } from '../../../profile/seccomp.ts';
import { toSeccomp } from '../../../profile/seccomp.ts';
import type { ProfiledCall } from '../../../profile/syscall-profile.ts';
import { numbersOf } from '../../../profile/syscalls/names.ts';
import { HOST_USR, makeBundle, makeRootFilesystem, processOf, VARIATIONS } from '../../base-set/bundle.ts';
import { identifyRuntime, runRuntime } from '../../base-set/runtime.ts';
import { skipBecause } from '../../skip.ts';
import { recordedReport } from '../../unit/profile/reports.ts';
import { makeCgroup, runInside } from '../tracer-ledger/stage.ts';
import { stageForAll } from '../tracer-ledger/stage-hooks.ts';

const RUNTIMES = ['runc', 'crun'] as const;
const ALLOWED = 'allowed';
const DENIED = 'Operation not permitted';

/** Each argument `domain:type:protocol` becomes a socket; what came of each is a line. Numbers may fill the register. */
const SOCKETS = `
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv) {
  unsigned long domain, type, protocol;
  for (int i = 1; i < argc && sscanf(argv[i], "%lu:%lu:%lu", &domain, &type, &protocol) == 3; i++) {
    long fd = syscall(SYS_socket, domain, type, protocol);
    char line[99];
    int length = snprintf(line, sizeof line, "%s\\n", fd < 0 ? strerror(errno) : "${ALLOWED}");
    if (write(1, line, length) != length) return 1;
  }
  return 0;
}`;

/** The families by name, as python has them. Names of families that may be opened come back. */
const PYTHON = `
import socket, sys
for name in sys.argv[1:]:
    try:
        socket.socket(getattr(socket, name), socket.SOCK_DGRAM).close()
        print('${ALLOWED}')
    except OSError as error:
        print(error.strerror)
`;

const UPPER_HALF = 1n << 32n;
const CLOEXEC = 0o2000000n;
const [UNIX, INET, INET6, NETLINK] = [1n, 2n, 10n, 16n] as const;
const [STREAM, DGRAM, RAW, SEQPACKET] = [1n, 2n, 3n, 5n] as const;
const socket = (domain: bigint, type: bigint, protocol = 0n): string => [domain, type, protocol].join(':');

describe('rules on arguments', function () {
  this.timeout(120_000);
  const stage = stageForAll();
  let rootfs: string;
  let counter = 0;

  before(function () {
    for (const tool of ['cc', 'python3', ...RUNTIMES])
      if (spawnSync('which', [tool]).status !== 0) skipBecause(this, `${tool} is not installed`);
    rootfs = makeRootFilesystem(stage.folder, SOCKETS);
    // Python is the machine's own: its /usr is mounted into the container.
    mkdirSync(join(rootfs, 'usr'));
    for (const name of ['lib', 'lib64']) symlinkSync(`usr/${name}`, join(rootfs, name));
  });

  /** What the ledger tells of a command that ran in a container's cgroup. */
  async function record(command: readonly string[]): Promise<readonly ProfiledCall[]> {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    const script = command.map((word) => `'${word}'`).join(' ');
    runInside(makeCgroup(pod, 'one'), `exec ${script} > /dev/null`);
    const entries = slot.read().containers.flatMap((container) => container.entries);
    await slot.leave();
    // As the container's own: without a runtime that sets it up, a newcomer's calls are told as a stranger's.
    const own = entries.map((entry) => ({ ...entry, origin: 'startup' as const }));
    const container: ContainerRecording = {
      containerId: 'one',
      name: 'app',
      kind: 'container',
      runtime: null,
      entries: own,
    };
    const target = { podUid: pod.target.podUid, podName: 'p', endedAt: '2025-01-01T00:01:00Z', extraReasons: [] };
    const app = { name: 'app', image: '', imageDigest: '', containerIds: [] };
    const report = recordedReport({ containers: [container] });
    return contributionsOf(report, { ...target, containers: [app] }).get('app')?.calls ?? [];
  }

  function profileOf(calls: readonly ProfiledCall[], mode: ArgumentMode = 'safe'): SeccompProfile {
    const container = { calls, contributors: [{ architecture: 'x86_64' as const }] };
    return toSeccomp(container, declaredGroups(), { arguments: mode, foreign: false });
  }

  /** Lines that the command prints in a container under the profile. */
  function run(name: (typeof RUNTIMES)[number], profile: SeccompProfile, command: readonly string[]): string[] {
    const id = `flak-arguments-${process.pid}-${(counter += 1)}`;
    const [variation] = VARIATIONS;
    assert.ok(variation);
    const container = { ...processOf(variation, []), args: command };
    const options = { rootfs, process: container, seccomp: profile, mounts: [HOST_USR] };
    const bundle = makeBundle(stage.folder, id, options);
    const { status, output } = runRuntime(identifyRuntime(name), join(stage.folder, 'state'), [
      'run',
      '--bundle',
      bundle,
      id,
    ]);
    assert.equal(status, 0, output);
    return output.trim().split('\n');
  }

  for (const name of RUNTIMES) {
    it(`let the recorded sockets be opened on ${name}, and no other family or kind`, async () => {
      const recorded = [socket(UNIX, STREAM), socket(INET, DGRAM)];
      const profile = profileOf(await record([join(rootfs, 'bin/target'), ...recorded]));
      const others = [socket(NETLINK, RAW), socket(UNIX, SEQPACKET), socket(UNIX, DGRAM), socket(INET, STREAM)];
      const twins = [socket(INET6, DGRAM), socket(UNIX, STREAM | CLOEXEC), socket(INET, DGRAM, 17n)];
      assert.deepEqual(run(name, profile, ['/bin/target', ...recorded, ...twins, ...others]), [
        ...[...recorded, ...twins].map(() => ALLOWED),
        ...others.map(() => DENIED),
      ]);
      const free = profileOf(await record([join(rootfs, 'bin/target'), ...recorded]), 'none');
      assert.deepEqual(
        run(name, free, ['/bin/target', ...others]),
        others.map(() => ALLOWED),
      );
    });

    it(`don't care on ${name} what stands in the upper half of an int`, async () => {
      const soiled = socket(UPPER_HALF | UNIX, (UPPER_HALF << 1n) | STREAM, UPPER_HALF);
      const clean = socket(UNIX, STREAM);
      const other = socket(UPPER_HALF | NETLINK, RAW);
      for (const mode of ['safe', 'all'] as const)
        for (const recorded of [soiled, clean]) {
          const profile = profileOf(await record([join(rootfs, 'bin/target'), recorded]), mode);
          const lines = run(name, profile, ['/bin/target', soiled, clean, other]);
          assert.deepEqual(lines, [ALLOWED, ALLOWED, DENIED]);
        }
    });

    it(`with \`all\` hold each value on ${name} to what was recorded`, async () => {
      const recorded = socket(INET, DGRAM, 17n);
      const profile = profileOf(await record([join(rootfs, 'bin/target'), recorded]), 'all');
      const lines = run(name, profile, ['/bin/target', recorded, socket(INET, DGRAM), socket(INET6, DGRAM, 17n)]);
      assert.deepEqual(lines, [ALLOWED, DENIED, DENIED]);
    });

    it(`deny python on ${name} a family that wasn't recorded`, async () => {
      const python = (...families: string[]) => ['/usr/bin/python3', '-c', PYTHON, ...families];
      writeFileSync(join(stage.folder, 'sockets.py'), PYTHON);
      const profile = profileOf(
        await record(['/usr/bin/python3', join(stage.folder, 'sockets.py'), 'AF_INET', 'AF_UNIX']),
      );
      const lines = run(name, profile, python('AF_INET', 'AF_UNIX', 'AF_NETLINK', 'AF_INET'));
      assert.deepEqual(lines, [ALLOWED, ALLOWED, DENIED, ALLOWED]);
    });

    it(`fit into a filter on ${name} even where they are as many as are ever written`, () => {
      const tuples = Array.from({ length: 64 }, (_, value) => `1,1,${value}`);
      const call = (called: string, indices: number[], seen: string[]): ProfiledCall => {
        const values = { origin: 'startup' as const, indices, tuples: seen, wide: false };
        return { abi: 'x86_64', name: called, origins: ['startup'], arguments: [values] };
      };
      const every: ProfiledCall[] = [...numbersOf('x86_64').values()].map((known) => {
        return { abi: 'x86_64', name: known, origins: ['startup'] };
      });
      const ruled = ['socket', 'socketpair', 'setsockopt'];
      const profile = profileOf(
        [
          ...every.filter((known) => !ruled.includes(known.name)),
          call('socket', [0, 1, 2], ['1,1,0', ...tuples.slice(1)]),
          call('socketpair', [0, 1, 2], tuples),
          call(
            'setsockopt',
            [1, 2],
            tuples.map((tuple) => tuple.slice(2)),
          ),
        ],
        'all',
      );
      assert.ok(profile.syscalls.flatMap(({ args }) => args ?? []).length > 400);
      assert.deepEqual(run(name, profile, ['/bin/target', socket(UNIX, STREAM), socket(NETLINK, RAW)]), [
        ALLOWED,
        DENIED,
      ]);
    });
  }
});
