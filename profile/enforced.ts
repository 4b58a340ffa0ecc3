/**
 * Which recorded values become rules of a seccomp profile by default, and why the others don't.
 *
 * An image brings its C library along, so what differs from one start to the next is the node (kernel, CPU), the load,
 * the terminal and the network. A value is safe to enforce where the program alone decides it. Where load or node do,
 * a rule would break a program that changed nothing; where no other value does more harm, it would win nothing.
 */

/** How arguments are treated: by name alone, by the table below, or every watched argument as it was recorded. */
export const ARGUMENT_MODES = ['none', 'safe', 'all'] as const;
export type ArgumentMode = (typeof ARGUMENT_MODES)[number];

/** Every bit that counts: all 64 of a long argument, the low 32 of an int (arguments.ts). */
export const EVERY_BIT = 0xffffffff;
/** All CLONE_NEW… flags that clone(2) takes. */
export const NAMESPACE_FLAGS = 0x7e020000;
/** SOCK_TYPE_MASK (include/linux/net.h); above it are SOCK_CLOEXEC and SOCK_NONBLOCK. */
const SOCKET_KIND = 0xf;
/** S_IFMT (inode(7)); below it are permissions. */
const FILE_KIND = 0xf000;
/** UFFD_USER_MODE_ONLY (userfaultfd(2)). */
const USER_MODE_ONLY = 1;
/** AF_INET and AF_INET6 (socket(2)), and the levels IPPROTO_IP and IPPROTO_IPV6: names resolve to one or the other. */
const IP_FAMILIES = [2, 10] as const;
const IP_LEVELS = [0, 41] as const;

export interface Enforcement {
  /** Argument → its bits that are compared. None: no rule by default. */
  readonly masks: Readonly<Record<number, number>>;
  /** Values of the first compared argument that stand for each other: where one was recorded, so is the other. */
  readonly twins?: readonly number[];
  readonly reason: string;
}

function by(masks: Readonly<Record<number, number>>, reason: string, twins?: readonly number[]): Enforcement {
  return { masks, reason, ...(twins && { twins }) };
}

function notBecause(reason: string): Enforcement {
  return { masks: {}, reason };
}

const PROGRAM = 'the program alone decides it';
const LOAD = 'allocator, loader and threads decide it by load';
const KERNEL = 'programs choose it by what the kernel or CPU offers';
const HARMLESS = 'no other value does more harm';

/** Every watched call (a test compares with arguments.ts). */
export const ENFORCED: Readonly<Record<string, Enforcement>> = {
  socket: by({ 0: EVERY_BIT, 1: SOCKET_KIND }, 'family and kind; protocol 0 means the default one', IP_FAMILIES),
  socketpair: by({ 0: EVERY_BIT, 1: SOCKET_KIND }, 'family and kind'),
  setsockopt: by({ 1: EVERY_BIT }, 'the level, that is the protocol; options follow the configuration', IP_LEVELS),
  getsockopt: by({ 1: EVERY_BIT }, 'the level, that is the protocol', IP_LEVELS),
  shutdown: notBecause(HARMLESS),
  ioctl: by({ 1: EVERY_BIT }, `${PROGRAM}, but for what it asks a terminal (group portability)`),
  fcntl: notBecause(HARMLESS),
  fcntl64: notBecause(HARMLESS),
  memfd_create: notBecause(KERNEL),
  userfaultfd: by({ 0: USER_MODE_ONLY }, "whether the kernel's own faults are handled too"),
  fanotify_init: notBecause(KERNEL),
  mknod: by({ 1: FILE_KIND }, 'the kind of file: a pipe or a device'),
  mknodat: by({ 2: FILE_KIND }, 'the kind of file: a pipe or a device'),
  mount: notBecause('what is mounted where stands in memory; the flags alone tell little'),
  umount2: notBecause(HARMLESS),
  quotactl: by({ 0: EVERY_BIT }, PROGRAM),
  quotactl_fd: by({ 1: EVERY_BIT }, PROGRAM),
  clone: by({ 0: NAMESPACE_FLAGS }, 'new namespaces; the other flags say only what threads share'),
  unshare: by({ 0: EVERY_BIT }, PROGRAM),
  setns: by({ 1: EVERY_BIT }, PROGRAM),
  prctl: by({ 0: EVERY_BIT }, PROGRAM),
  prlimit64: notBecause(HARMLESS),
  setrlimit: notBecause(HARMLESS),
  personality: by({ 0: EVERY_BIT }, PROGRAM),
  seccomp: notBecause(KERNEL),
  ptrace: by({ 0: EVERY_BIT }, PROGRAM),
  arch_prctl: notBecause(KERNEL),
  modify_ldt: by({ 0: EVERY_BIT }, PROGRAM),
  iopl: by({ 0: EVERY_BIT }, PROGRAM),
  madvise: notBecause(LOAD),
  process_madvise: notBecause(LOAD),
  mmap: notBecause(LOAD),
  mmap2: notBecause(LOAD),
  mprotect: notBecause(LOAD),
  pkey_mprotect: notBecause(LOAD),
  mremap: notBecause(LOAD),
  bpf: by({ 0: EVERY_BIT }, PROGRAM),
  perf_event_open: notBecause(HARMLESS),
  keyctl: by({ 0: EVERY_BIT }, PROGRAM),
  syslog: by({ 0: EVERY_BIT }, PROGRAM),
  reboot: by({ 0: EVERY_BIT, 1: EVERY_BIT, 2: EVERY_BIT }, PROGRAM),
  kexec_load: notBecause(HARMLESS),
  kexec_file_load: notBecause(HARMLESS),
  finit_module: notBecause(HARMLESS),
  delete_module: notBecause(HARMLESS),
};
