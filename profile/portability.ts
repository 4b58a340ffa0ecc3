/**
 * Calls that a program may turn to elsewhere although it made none of them where it was recorded. Only calls that
 * appear without the program asking for anything else belong here, and each can do less than what every profile has.
 */
import type { Group } from './groups.ts';

const VDSO =
  'answered by the vDSO without a system call, unless the clock source of the node or VM forbids it (vdso(7))';
const TIME64 = 'what 32-bit C libraries with 64-bit time call first (time64, Linux 5.1)';

export const PORTABILITY: Group = {
  name: 'portability',
  description: 'appears on another kernel, clock source or C library without any change to the program',
  calls: [
    { name: 'clock_gettime', reason: VDSO },
    { name: 'clock_gettime64', reason: `${VDSO}; ${TIME64}` },
    { name: 'gettimeofday', reason: VDSO },
    { name: 'time', reason: VDSO },
    { name: 'getcpu', reason: VDSO },
    {
      name: 'restart_syscall',
      reason:
        'the kernel itself resumes an interrupted sleep, poll or futex wait through it after a stop (restart_syscall(2))',
    },
    {
      name: 'rseq',
      reason: 'registered at thread start by glibc 2.35 and newer; a node-independent part of its start-up (rseq(2))',
    },
    {
      name: 'set_robust_list',
      reason: 'registered at thread start by C libraries; musl does it at the first robust mutex (set_robust_list(2))',
    },
  ],
};
