/**
 * Calls that a program may turn to elsewhere, or at another moment, although it made none of them where it was
 * recorded. Only what appears without the program asking for anything new belongs here: none of them reaches anything
 * that the recorded calls can't.
 */
import type { Group, GroupedCall } from './groups.ts';
import { lowHalfIs } from './groups.ts';

const VDSO = 'answered by the vDSO without a system call, unless the clock source of the machine forbids it (vdso(7))';
const DESCRIPTORS =
  'asked of standard streams; terminals, pipes and sockets answer differently, and programs go on from there';
const END = 'ends the caller; a target that was killed while it was recorded never came to it';

/**
 * TCGETS, TIOCGPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX and TCGETS2 (ioctl_list(2), asm-generic/ioctls.h):
 * they ask, or change what fcntl(2) changes too.
 */
const DESCRIPTOR_REQUESTS = [0x5401, 0x540f, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451, 0x802c542a];

/** The newer call → what C libraries use where it is missing: an older kernel, or a filter that answers ENOSYS. */
const FALLBACKS: Readonly<Record<string, readonly string[]>> = {
  clone3: ['clone'],
  close_range: ['close', 'getdents64'],
  epoll_pwait2: ['epoll_pwait'],
  faccessat2: ['faccessat', 'newfstatat', 'fstatat64'],
  fchmodat2: ['fchmodat'],
  openat2: ['openat'],
  statx: ['newfstatat', 'fstatat64'],
  preadv2: ['preadv'],
  pwritev2: ['pwritev'],
  clock_gettime64: ['clock_gettime'],
  clock_nanosleep_time64: ['clock_nanosleep'],
  futex_time64: ['futex'],
  ppoll_time64: ['ppoll'],
  pselect6_time64: ['pselect6'],
  recvmmsg_time64: ['recvmmsg'],
  utimensat_time64: ['utimensat'],
};

export const PORTABILITY: Group = {
  name: 'portability',
  description: 'appears on another kernel or clock source, or at another moment, without any change to the program',
  calls: [
    ...['clock_gettime', 'clock_gettime64', 'getcpu', 'gettimeofday', 'time'].map((name) => ({ name, reason: VDSO })),
    ...['exit', 'exit_group'].map((name) => ({ name, reason: END })),
    {
      name: 'restart_syscall',
      reason: 'the kernel resumes an interrupted sleep, poll or futex wait through it (restart_syscall(2))',
    },
    { name: 'rt_sigreturn', reason: 'returns from a signal handler; none may have run while recorded (sigreturn(2))' },
    { name: 'sigreturn', reason: 'the same for 32-bit handlers without SA_SIGINFO (sigreturn(2))' },
    ...DESCRIPTOR_REQUESTS.map((value): GroupedCall => {
      return { name: 'ioctl', reason: DESCRIPTORS, beside: ['ioctl'], args: [lowHalfIs(1, value)] };
    }),
    ...Object.entries(FALLBACKS).flatMap(fallbackCalls),
  ],
};

function fallbackCalls([newer, olderNames]: [string, readonly string[]]): GroupedCall[] {
  const reason = `what C libraries use where ${newer} is missing`;
  return olderNames.map((name) => ({ name, reason, beside: [newer] }));
}
