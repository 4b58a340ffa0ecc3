/**
 * Which arguments of which calls the ledger records: those that are plain values and decide what a call may do.
 *
 * Never pointers: what they point to can change after it was looked at, and a seccomp filter can't follow them. So there
 * is nothing here for `clone3` (its flags are in a structure), nor for i386's `socketcall`, `ipc` and old `mmap` (their
 * arguments are); a profile can only allow those calls as a whole.
 *
 * Widths are those of the kernel's own prototypes (the SYSCALL_DEFINE… of linux 6.12; the file stands beside each group):
 * of an `int` or `unsigned int` the kernel takes the low 32 bits of the register, and the upper half is whatever the
 * program left there. Only `long` and `unsigned long` are compared whole.
 */
import type { Abi } from './recording.ts';
import { numbersOf } from './syscalls/names.ts';

export interface Watch {
  /** Counted from 0, ascending; at most three. */
  readonly indices: readonly number[];
  /** Those of the indices whose whole register counts; of the others the low 32 bits. Always empty for i386. */
  readonly wide64: readonly number[];
  /** What the manual calls each of the indices. */
  readonly names: readonly string[];
}

/** `name` for the low 32 bits, `name:64` for the whole register. */
type Arguments = Readonly<Record<number, string>>;

const WATCHED: Readonly<Record<string, Arguments>> = {
  // net/socket.c; socket(2), getsockopt(2), shutdown(2)
  socket: { 0: 'domain', 1: 'type', 2: 'protocol' },
  socketpair: { 0: 'domain', 1: 'type', 2: 'protocol' },
  setsockopt: { 1: 'level', 2: 'optname' },
  getsockopt: { 1: 'level', 2: 'optname' },
  shutdown: { 1: 'how' },
  // fs/ioctl.c, fs/fcntl.c, mm/memfd.c, fs/userfaultfd.c, fs/notify/fanotify/fanotify_user.c
  ioctl: { 1: 'op' },
  fcntl: { 1: 'op' },
  fcntl64: { 1: 'op' },
  memfd_create: { 1: 'flags' },
  userfaultfd: { 0: 'flags' },
  fanotify_init: { 0: 'flags', 1: 'event_f_flags' },
  // fs/namei.c: `umode_t mode`, which carries the kind of file (mknod(2))
  mknod: { 1: 'mode' },
  mknodat: { 2: 'mode' },
  // fs/namespace.c, fs/quota/quota.c
  mount: { 3: 'mountflags:64' },
  umount2: { 1: 'flags' },
  quotactl: { 0: 'op' },
  quotactl_fd: { 1: 'op' },
  // kernel/fork.c: clone is declared `unsigned long`, but takes `lower_32_bits(clone_flags)`; unshare refuses what it doesn't know
  clone: { 0: 'flags' },
  unshare: { 0: 'flags:64' },
  // kernel/nsproxy.c, kernel/sys.c, kernel/exec_domain.c, kernel/seccomp.c, kernel/ptrace.c
  setns: { 1: 'nstype' },
  prctl: { 0: 'op' },
  prlimit64: { 1: 'resource' },
  setrlimit: { 0: 'resource' },
  personality: { 0: 'persona' },
  seccomp: { 0: 'operation', 1: 'flags' },
  ptrace: { 0: 'op:64' },
  // arch/x86/kernel/process_64.c, arch/x86/kernel/ldt.c, arch/x86/kernel/ioport.c
  arch_prctl: { 0: 'op' },
  modify_ldt: { 0: 'func' },
  iopl: { 0: 'level' },
  // mm/madvise.c, mm/mmap.c (i386: mmap2, whose structureless form is the only one that can be watched), mm/mprotect.c, mm/mremap.c
  madvise: { 2: 'advice' },
  process_madvise: { 3: 'advice' },
  mmap: { 2: 'prot:64', 3: 'flags:64' },
  mmap2: { 2: 'prot:64', 3: 'flags:64' },
  mprotect: { 2: 'prot:64' },
  pkey_mprotect: { 2: 'prot:64' },
  mremap: { 3: 'flags:64' },
  // kernel/bpf/syscall.c, kernel/events/core.c, security/keys/keyctl.c, kernel/printk/printk.c
  bpf: { 0: 'cmd' },
  perf_event_open: { 4: 'flags:64' },
  keyctl: { 0: 'op' },
  syslog: { 0: 'type' },
  // kernel/reboot.c, kernel/kexec.c, kernel/kexec_file.c, kernel/module/main.c
  reboot: { 0: 'magic', 1: 'magic2', 2: 'op' },
  kexec_load: { 3: 'flags:64' },
  kexec_file_load: { 4: 'flags:64' },
  finit_module: { 2: 'flags' },
  delete_module: { 1: 'flags' },
};

/** Old i386 calls of the same name take their arguments in a structure: mmap is `old_mmap` (arch/x86/entry/syscalls/syscall_32.tbl). */
const POINTED_TO: Readonly<Partial<Record<Abi, readonly string[]>>> = { i386: ['mmap'] };

/** What is watched of a call; `undefined` where nothing is, or the ABI has no such call. */
export function watchOf(abi: Abi, name: string): Watch | undefined {
  return WATCHES[abi].get(name);
}

/** The same by the call's number, as the kernel side needs it (x32 without bit 30). */
export function watchedNumbers(abi: Abi): ReadonlyMap<number, Watch> {
  const rows = [...numbersOf(abi)].flatMap(([nr, name]) => {
    const watch = watchOf(abi, name);
    return watch === undefined ? [] : [[nr, watch] as const];
  });
  return new Map(rows);
}

function watchesOf(abi: Abi): ReadonlyMap<string, Watch> {
  const names = new Set(numbersOf(abi).values());
  const watched = Object.entries(WATCHED).filter(
    ([name]) => names.has(name) && !(POINTED_TO[abi] ?? []).includes(name),
  );
  return new Map(watched.map(([name, call]) => [name, watchFrom(abi, call)]));
}

function watchFrom(abi: Abi, call: Arguments): Watch {
  const rows = Object.entries(call).map(([index, text]) => ({ index: Number(index), text }));
  const whole = rows.filter(({ text }) => text.endsWith(':64') && abi !== 'i386');
  return {
    indices: rows.map(({ index }) => index),
    wide64: whole.map(({ index }) => index),
    names: rows.map(({ text }) => text.replace(':64', '')),
  };
}

const WATCHES: Readonly<Record<Abi, ReadonlyMap<string, Watch>>> = {
  x86_64: watchesOf('x86_64'),
  i386: watchesOf('i386'),
  x32: watchesOf('x32'),
  aarch64: watchesOf('aarch64'),
};
