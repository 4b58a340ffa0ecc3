/** A web server's profile as Flak would store it, for the tests of what is made out of profiles. */
import { declaredGroups } from '../../../profile/declared-groups.ts';
import { completenessOf } from '../../../profile/completeness.ts';
import type { FlakProfile } from '../../../profile/flak-format.ts';
import { toFlakFormat } from '../../../profile/flak-format.ts';
import type { Group } from '../../../profile/groups.ts';
import { mergeContribution } from '../../../profile/merge.ts';
import type { Origin } from '../../../profile/recording.ts';
import type { ProfiledCall, Revision, SyscallProfileStatus } from '../../../profile/syscall-profile.ts';

export const WORKLOAD = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } as const;

const STARTUP =
  'access arch_prctl bind brk capget chdir clone3 close epoll_create1 eventfd2 execve fcntl fstat futex getdents64 getegid ' +
  'geteuid getgid getpid getppid getuid io_setup ioctl listen lseek mkdir mmap mprotect munmap newfstatat openat pread64 ' +
  'prctl prlimit64 rseq rt_sigaction rt_sigprocmask sendmsg set_robust_list set_tid_address setgid setgroups setsockopt ' +
  'setuid socket socketpair sysinfo umask uname unlink';
const SERVING =
  'accept4 close connect epoll_ctl epoll_wait getsockname read recvfrom rt_sigsuspend sendfile splice write writev';
const LATE = 'kill wait4';

const MINUTE_MS = 60_000;
const BEGIN_MS = Date.UTC(2026, 0, 5, 9);

function calls(names: string, origin: Origin, trace: number, minute: number): ProfiledCall[] {
  return names.split(' ').map((name, index) => ({
    abi: 'x86_64',
    name,
    origins: [origin],
    firstSeenAt: new Date(BEGIN_MS + (trace * 30 + minute) * MINUTE_MS + index * 900).toISOString(),
    seenBy: [`trace-${trace}`.slice(0, 8)],
  }));
}

/** @param traces of half an hour each; from the second on each shows two calls more than the first */
export function webStatus(traces: number, image = 'docker.io/library/nginx:1.27'): SyscallProfileStatus {
  let status: SyscallProfileStatus | undefined;
  for (let trace = 0; trace < traces; trace += 1) {
    const armedAt = new Date(BEGIN_MS + trace * 30 * MINUTE_MS);
    const contribution = {
      image,
      imageDigest: `${image.split(':')[0] ?? ''}@sha256:${'4c0fdaa8b6341bfdeca5f18f7837462c'.repeat(2)}`,
      calls: [
        ...calls(STARTUP, 'startup', trace, 0),
        ...calls(SERVING, 'serving', trace, 2),
        ...(trace > 0 ? calls(LATE, 'serving', trace, 8) : []),
        { abi: 'x86_64', name: 'ptrace', origins: ['exec:foreign'] } as const,
      ].map((call) => ({ ...call, origins: [...call.origins] })),
      contributor: {
        traceUid: `trace-${trace}`,
        pod: `web-7d9c6b5f4-${'abcdefgh'.charAt(trace)}2x4k`,
        node: `node-${(trace % 2) + 1}`,
        kernel: '6.12.48+deb13-amd64',
        architecture: 'x86_64' as const,
        runtime: 'runc 1.3.0',
        armedAt: armedAt.toISOString(),
        endedAt: new Date(armedAt.getTime() + 30 * MINUTE_MS).toISOString(),
        completeness: completenessOf([], []),
      },
    };
    status = mergeContribution(status, contribution, { groups: declaredGroups() });
  }
  if (status === undefined) throw new Error('a status needs a trace');
  return status;
}

export function newestOf(status: SyscallProfileStatus): Revision {
  const [newest] = status.revisions;
  if (newest === undefined) throw new Error('nothing recorded');
  return newest;
}

export function webProfile(traces: number, groups: readonly Group[] = declaredGroups()): FlakProfile {
  return toFlakFormat(WORKLOAD, 'nginx', newestOf(webStatus(traces)), groups);
}
