/**
 * Falco's names of system calls and the kernel's: the known differences, with where each can be read. Whatever is not here is
 * expected under its own name. Of falcosecurity/libs 0.25.4 (Falco 0.44): `table` is driver/syscall_table.c, which maps numbers to events,
 * `events` driver/event_table.c, which names events, `ia32` driver/syscall_ia32_64_map.c, `exit` the program sys_exit in
 * driver/modern_bpf/programs/attached/dispatchers/syscall_exit.bpf.c.
 */
import type { Abi } from './recording.ts';

/** Falco's own name, where the kernel has another one. Source: `table` with `events`. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['pread', 'pread64'],
  ['pwrite', 'pwrite64'],
  ['prlimit', 'prlimit64'],
]);

/**
 * Events of Falco's under `evt.type` that are no system calls.
 * Source: `events`, where they are tracepoints, of plugins, or made by Falco itself.
 */
const NO_CALLS: ReadonlySet<string> = new Set(
  (
    'procexit switch page_fault signaldeliver drop syscall NA cpu_hotplug container notification infra mesos k8s tracer ' +
    'scapevent procinfo pluginevent asyncevent useradded userdeleted groupadded groupdeleted task task_file_anon_inode ' +
    'task_file_directory task_file_memfd task_file_pipe task_file_regular task_file_socket_inet task_file_socket_inet6 ' +
    'task_file_socket_netlink task_file_socket_unix'
  ).split(' '),
);

/**
 * Calls that no event tells of. They don't return, or not to where they came from (`exit` sees returns alone; a process's end is an
 * event `procexit`); or `table` lacks them: x86_64 numbers that no kernel has ever given a function.
 */
const NEVER_REPORTED: ReadonlySet<string> = new Set(
  'exit exit_group rt_sigreturn sigreturn afs_syscall putpmsg security tuxcall vserver'.split(' '),
);

/**
 * A call that succeeded may be told by another event: a new program's by sched_process_exec, a child's first return by
 * sched_process_fork where sys_exit doesn't see it. Source: driver/feature_gates.h (CAPTURE_SCHED_PROC_FORK, CAPTURE_SCHED_PROC_EXEC).
 */
const TOLD_BY_ANOTHER: ReadonlyMap<string, string> = new Map([
  ['execveat', 'execve'],
  ['clone3', 'clone'],
  ['fork', 'clone'],
  ['vfork', 'clone'],
]);

/** 32-bit calls are told under the 64-bit calls that do the same. Source: `ia32`. */
const I386_UNDER_64_BIT: ReadonlyMap<string, string> = new Map([
  ['umount', 'umount2'],
  ['_llseek', 'lseek'],
  ['ugetrlimit', 'getrlimit'],
  ['mmap2', 'mmap'],
  ['stat64', 'stat'],
  ['lstat64', 'lstat'],
  ['fstat64', 'fstat'],
  ['getuid32', 'getuid'],
  ['getgid32', 'getgid'],
  ['geteuid32', 'geteuid'],
  ['getegid32', 'getegid'],
  ['setresuid32', 'setresuid'],
  ['getresuid32', 'getresuid'],
  ['setresgid32', 'setresgid'],
  ['getresgid32', 'getresgid'],
  ['setuid32', 'setuid'],
  ['setgid32', 'setgid'],
  ['fcntl64', 'fcntl'],
  ['sendfile64', 'sendfile'],
]);

/** 32-bit calls without a counterpart are dropped. Source: `ia32`, entries of -1 and those that are missing. */
const I386_NEVER: ReadonlySet<string> = new Set(
  (
    'waitpid break oldstat stime oldfstat stty gtty nice ftime prof signal lock mpx ulimit oldolduname sigaction sgetmask ssetmask ' +
    'sigsuspend sigpending oldlstat uselib readdir profil olduname idle vm86old ipc sigprocmask create_module ' +
    'get_kernel_syms bdflush _newselect _sysctl vm86 query_module nfsservctl getpmsg truncate64 ftruncate64 lchown32 setreuid32 ' +
    'setregid32 getgroups32 setgroups32 fchown32 chown32 setfsuid32 setfsgid32 statfs64 fstatfs64 fadvise64_64 fstatat64 ' +
    'clock_gettime64 clock_settime64 clock_adjtime64 clock_getres_time64 clock_nanosleep_time64 timer_gettime64 timer_settime64 ' +
    'timerfd_gettime64 timerfd_settime64 utimensat_time64 pselect6_time64 ppoll_time64 io_pgetevents_time64 recvmmsg_time64 ' +
    'mq_timedsend_time64 mq_timedreceive_time64 semtimedop_time64 rt_sigtimedwait_time64 futex_time64 sched_rr_get_interval_time64'
  ).split(' '),
);

/** What `socketcall` is told as. Source: driver/modern_bpf/helpers/interfaces/syscalls_dispatcher.h, convert_socketcall_call_to_syscall_id. */
const SOCKET_CALLS: readonly string[] = (
  'socket bind connect listen accept getsockname getpeername socketpair sendto recvfrom shutdown setsockopt getsockopt sendmsg recvmsg ' +
  'accept4 recvmmsg sendmmsg'
).split(' ');

/**
 * @param eventType Falco's `evt.type`
 * @returns the kernel's name (the 64-bit one for 32-bit calls); null where the event is no system call
 */
export function kernelNameOf(eventType: string): string | null {
  if (NO_CALLS.has(eventType)) return null;
  return RENAMED.get(eventType) ?? eventType;
}

/** The name by which Falco knows the call, for its configuration. */
export function falcoNameOf(kernelName: string): string {
  return FALCO_NAMES.get(kernelName) ?? kernelName;
}
const FALCO_NAMES: ReadonlyMap<string, string> = new Map([...RENAMED].map(([falco, kernel]) => [kernel, falco]));

/**
 * Under which of the kernel's names (kernelNameOf) Falco may report a call that the ledger saw. Empty: it never does.
 * x32 calls are never reported: their numbers are above all that `exit` has a program for.
 */
export function reportedAs(abi: Abi, name: string): readonly string[] {
  if (abi === 'x32' || NEVER_REPORTED.has(name)) return [];
  if (abi === 'i386') {
    if (name === 'socketcall') return SOCKET_CALLS;
    if (I386_NEVER.has(name)) return [];
    const counterpart = I386_UNDER_64_BIT.get(name) ?? name;
    return withOther(counterpart);
  }
  return withOther(name);
}

function withOther(name: string): readonly string[] {
  const other = TOLD_BY_ANOTHER.get(name);
  return other === undefined ? [name] : [name, other];
}
