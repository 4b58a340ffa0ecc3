/**
 * What a call may do to others: three classes, each entry with named public sources. A class says what an attacker
 * gains from the call, not that the workload does anything wrong by making it.
 */
import { RUNTIME_DEFAULT_SOURCE, runtimeDefaultOf } from './runtime-default.ts';

export const RISK_CLASSES = ['severe', 'elevated', 'ordinary'] as const;
export type RiskClass = (typeof RISK_CLASSES)[number];

export const RISK_MEANING: Readonly<Record<RiskClass, string>> = {
  severe: 'a way out of the container, into other processes or into the kernel for who has the rights or an exploit',
  elevated: 'reaches parts of the kernel, or of other processes, that few programs need',
  ordinary: 'what programs are made of',
};

export interface Risk {
  readonly class: RiskClass;
  /** Nothing where there is nothing to say beyond the class. */
  readonly why: string;
  readonly sources: readonly string[];
}

const DOCKER = "Docker's list of significant calls that it blocks (docs.docker.com/engine/security/seccomp)";

function caps(...names: readonly string[]): string {
  return `capabilities(7): ${names.join(', ')}`;
}

const MOUNTS = "changes what the container sees as file systems, up to the host's";
const MODULES = 'runs code of the caller in the kernel';
const IO_URING = 'does its work past seccomp filters; a large part of the exploits paid for by kCTF went through it';
const IO_URING_SOURCES = [
  'security.googleblog.com, "Learnings from kCTF VRP\'s 42 Linux kernel exploits submissions" (2023)',
  'CVE-2021-41073',
  'CVE-2022-29582',
  'CVE-2022-2602',
];
const NUMA = 'moves memory between nodes, of other processes too';
const CLOCK = 'sets clocks that all containers share';
const KEYS = "the kernel's keyrings are not namespaced by container";

type Entry = readonly [names: string, why: string, ...sources: readonly string[]];

const SEVERE: readonly Entry[] = [
  ['mount umount umount2 pivot_root move_mount open_tree open_tree_attr', MOUNTS, caps('CAP_SYS_ADMIN'), DOCKER],
  ['fsopen fsmount fspick mount_setattr', MOUNTS, caps('CAP_SYS_ADMIN')],
  ['fsconfig', MOUNTS, caps('CAP_SYS_ADMIN'), 'CVE-2022-0185', 'CVE-2021-4154'],
  ['unshare', 'makes namespaces, in which a process has all capabilities', DOCKER, 'CVE-2022-0185', 'CVE-2022-0492'],
  ['setns', 'enters the namespaces of others', caps('CAP_SYS_ADMIN'), DOCKER],
  ['init_module finit_module delete_module', MODULES, caps('CAP_SYS_MODULE'), DOCKER],
  ['kexec_load kexec_file_load', 'replaces the running kernel', caps('CAP_SYS_BOOT'), DOCKER],
  ['reboot', 'restarts the machine', caps('CAP_SYS_BOOT'), DOCKER],
  ['iopl ioperm', 'reaches hardware past the kernel', caps('CAP_SYS_RAWIO'), DOCKER],
  [
    'bpf',
    'loads programs into the kernel',
    caps('CAP_BPF'),
    DOCKER,
    'CVE-2017-16995',
    'CVE-2020-8835',
    'CVE-2021-3490',
  ],
  ['perf_event_open', 'samples the kernel and other processes', caps('CAP_PERFMON'), DOCKER, 'CVE-2013-2094'],
  ['ptrace', 'takes over other processes of the same user', caps('CAP_SYS_PTRACE'), DOCKER, 'CVE-2019-13272'],
  ['process_vm_writev', 'writes into other processes of the same user', caps('CAP_SYS_PTRACE'), DOCKER],
  ['open_by_handle_at', 'opens files of the host by guessed handles', caps('CAP_DAC_READ_SEARCH'), DOCKER],
  ['io_uring_setup io_uring_enter io_uring_register', IO_URING, ...IO_URING_SOURCES],
];

const ELEVATED: readonly Entry[] = [
  ['process_vm_readv', 'reads other processes of the same user', caps('CAP_SYS_PTRACE'), DOCKER],
  ['kcmp pidfd_getfd process_madvise', 'reaches into other processes', caps('CAP_SYS_PTRACE')],
  ['userfaultfd', 'holds the kernel at a page fault, which makes races easy to win', DOCKER],
  ['keyctl add_key request_key', KEYS, DOCKER, 'CVE-2016-0728'],
  [
    'mbind set_mempolicy get_mempolicy move_pages migrate_pages set_mempolicy_home_node',
    NUMA,
    caps('CAP_SYS_NICE'),
    DOCKER,
  ],
  ['settimeofday clock_settime clock_settime64 stime', CLOCK, caps('CAP_SYS_TIME'), DOCKER],
  ['swapon swapoff', 'changes the swap space of the machine', caps('CAP_SYS_ADMIN'), DOCKER],
  ['acct', "fills the host's disk with accounting records", caps('CAP_SYS_PACCT'), DOCKER],
  ['quotactl quotactl_fd', 'changes disk quotas of the machine', caps('CAP_SYS_ADMIN'), DOCKER],
  ['sethostname setdomainname', 'renames the host where the container shares its names', caps('CAP_SYS_ADMIN')],
  ['syslog', "reads the log of the machine's kernel", caps('CAP_SYSLOG')],
  ['chroot', 'a process with the capability can leave a root directory by it, chroot(2)', caps('CAP_SYS_CHROOT')],
  ['mknod mknodat', 'makes device nodes, by which devices are reached', caps('CAP_MKNOD')],
  ['fanotify_init', 'sees file accesses of a whole mount', caps('CAP_SYS_ADMIN')],
  ['personality', 'turns address randomisation off, and seldom tested emulations on', DOCKER],
  ['modify_ldt', 'seldom tested; most programs do without', 'Linux Kconfig, help of MODIFY_LDT_SYSCALL'],
  ['vm86 vm86old', "runs 16-bit code in the kernel's care", DOCKER],
  [
    'lookup_dcookie uselib sysfs ustat _sysctl nfsservctl create_module get_kernel_syms query_module',
    'obsolete',
    DOCKER,
  ],
  ['vmsplice', 'puts user memory into kernel pipes', 'CVE-2008-0600'],
];

/** Every program may need them; what they led to is worth knowing where arguments can narrow them. */
const ORDINARY: readonly Entry[] = [
  ['madvise', 'the race of Dirty COW went through it', 'CVE-2016-5195'],
  ['splice tee', 'the way into Dirty Pipe', 'CVE-2022-0847'],
  ['setsockopt', 'reaches netfilter and packet sockets in a user namespace', 'CVE-2021-22555', 'CVE-2017-7308'],
  ['socket', 'opens any address family unless the first argument is narrowed', 'CVE-2016-8655', 'CVE-2017-6074'],
  ['sendmsg', 'feeds rarely used protocols', 'CVE-2017-1000112'],
  ['futex', 'its requeueing was exploited (Towelroot)', 'CVE-2014-3153'],
  ['waitid', 'wrote where it should not', 'CVE-2017-5123'],
  ['mq_notify', 'was used after free', 'CVE-2017-11176'],
  ['mremap', 'raced with the page cache', 'CVE-2018-18281', 'CVE-2020-10757'],
  ['inotify_add_watch', 'raced with renames', 'CVE-2017-7533'],
  ['timer_create', 'let kernel memory be read', 'CVE-2017-18344'],
  ['ioctl', 'reaches every driver; the second argument is the command', 'CVE-2017-5226 (TIOCSTI)'],
  ['memfd_create execveat', 'runs programs that are in no file', 'MITRE ATT&CK T1620'],
];

const ENTRIES: ReadonlyMap<string, Risk> = new Map(
  (
    [
      ['ordinary', ORDINARY],
      ['elevated', ELEVATED],
      ['severe', SEVERE],
    ] as const
  ).flatMap(([riskClass, entries]) =>
    entries.flatMap(([names, why, ...sources]) =>
      names.split(' ').map((name) => [name, { class: riskClass, why, sources }] as const),
    ),
  ),
);

const NAMESPACES: Readonly<Record<string, Risk>> = {
  clone: {
    class: 'elevated',
    why: 'makes namespaces too, unless the flags are narrowed',
    sources: [DOCKER, RUNTIME_DEFAULT_SOURCE],
  },
  clone3: {
    class: 'elevated',
    why: 'makes namespaces too, and no filter can see its flags',
    sources: [DOCKER, RUNTIME_DEFAULT_SOURCE],
  },
};

/** @param narrowed whether the profile allows the call with some arguments alone */
export function riskOf(name: string, narrowed: boolean): Risk {
  const namespaces = narrowed ? undefined : NAMESPACES[name];
  const known = namespaces ?? ENTRIES.get(name);
  if (known) return known;
  if (runtimeDefaultOf(name).kind === 'blocked')
    return { class: 'elevated', why: 'runtimes block it by default', sources: [RUNTIME_DEFAULT_SOURCE] };
  return { class: 'ordinary', why: '', sources: [] };
}
