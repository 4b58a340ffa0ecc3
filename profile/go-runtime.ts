/**
 * What the Go runtime inside `runc init` may call at any moment, from any of its threads. Which of them a start shows
 * depends on timing, so measuring alone would leave rare starts failing. From the runtime's sources (go1.26):
 * src/runtime/os_linux.go, sys_linux_amd64.s, netpoll_epoll.go, mem_linux.go, and src/runtime/cgo/gcc_libinit.c for
 * threads, which runc (a cgo program) makes through pthread_create.
 */
import { NAMESPACE_FLAGS } from './enforced.ts';
import type { GroupedCall } from './groups.ts';
import { lowHalfIs } from './groups.ts';

const ENOSYS = 38;

const THREADS = 'starts or ends a thread when a system call blocks (runtime.newm, pthread_create)';
const MEMORY = 'the heap and thread stacks grow, shrink or are collected (runtime/mem_linux.go)';
const PREEMPTION = 'preempts a thread that runs too long (runtime.preemptM, signal SIGURG)';

export const GO_RUNTIME: readonly GroupedCall[] = [
  { name: 'futex', reason: 'threads sleep and wake each other (runtime.futexsleep)' },
  { name: 'nanosleep', reason: 'the monitor thread sleeps between its rounds (runtime.usleep)' },
  { name: 'sched_yield', reason: 'a thread spins for a lock (runtime.osyield)' },
  { name: 'epoll_pwait', reason: 'a thread waits for files and timers (runtime.netpoll)' },
  { name: 'getpid', reason: PREEMPTION },
  { name: 'gettid', reason: PREEMPTION },
  { name: 'tgkill', reason: PREEMPTION },
  { name: 'rt_sigreturn', reason: PREEMPTION },
  { name: 'rt_sigprocmask', reason: THREADS },
  { name: 'sigaltstack', reason: THREADS },
  { name: 'set_robust_list', reason: THREADS },
  { name: 'rseq', reason: THREADS },
  { name: 'exit', reason: THREADS },
  {
    name: 'clone',
    // No new namespace: only a thread or a child.
    reason: THREADS,
    args: [{ index: 0, value: NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
  },
  { name: 'clone3', reason: `${THREADS}; ENOSYS makes glibc use clone, whose flags a filter can see`, errno: ENOSYS },
  { name: 'mmap', reason: MEMORY },
  { name: 'mprotect', reason: MEMORY },
  { name: 'munmap', reason: MEMORY },
  { name: 'madvise', reason: MEMORY },
  {
    name: 'prctl',
    reason: 'names what it has mapped: PR_SET_VMA (runtime.setVMAName, go1.25 and newer)',
    args: [lowHalfIs(0, 0x53564d41)],
  },
  { name: 'exit_group', reason: 'the start failed: runc says why and ends' },
];
