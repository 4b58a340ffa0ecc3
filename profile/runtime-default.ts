/**
 * What the default profile of container runtimes does with each call, for comparison. Derived, as facts, from
 * github.com/moby/profiles, seccomp/default.json of tag seccomp/v0.2.3 (2026-05-06, Apache-2.0), which Docker uses;
 * containerd's (contrib/seccomp/seccomp_default.go, commit 301026e of 2026-08-22), which Kubernetes' RuntimeDefault means
 * there, differs in three names alone (`ALLOWED_BY_CONTAINERD`). CRI-O and podman ship profiles of their own.
 */
import { ABIS } from './vocabulary.ts';
import { isKnownName } from './syscalls/names.ts';

export const RUNTIME_DEFAULT_SOURCE = "Moby's default profile (github.com/moby/profiles, seccomp/v0.2.3)";

export type DefaultVerdict =
  | { readonly kind: 'allowed' }
  /** Only with some arguments. */
  | { readonly kind: 'narrowed'; readonly condition: string }
  /** Only in containers that have one of these capabilities, which no container has unless it is given them. */
  | { readonly kind: 'with-capability'; readonly capabilities: readonly string[] }
  | { readonly kind: 'blocked' }
  /** No table of this version has the name. */
  | { readonly kind: 'unknown' };

const BLOCKED = new Set(
  (
    'uselib ustat sysfs pivot_root _sysctl swapon swapoff create_module get_kernel_syms query_module nfsservctl getpmsg ' +
    'putpmsg afs_syscall tuxcall security vserver kexec_load add_key request_key keyctl migrate_pages move_pages ' +
    'kexec_file_load userfaultfd uprobe io_uring_setup io_uring_enter io_uring_register open_tree_attr file_getattr ' +
    'file_setattr listns rseq_slice_yield break oldstat oldfstat stty gtty nice ftime prof signal lock mpx ulimit ' +
    'oldolduname sigaction sgetmask ssetmask sigsuspend sigpending oldlstat readdir profil olduname idle vm86old bdflush vm86'
  ).split(' '),
);

const WITH_CAPABILITY: Readonly<Record<string, string>> = {
  CAP_SYS_ADMIN:
    'bpf clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr lsm_list_modules ' +
    'lsm_set_self_attr mount mount_setattr move_mount open_tree perf_event_open quotactl quotactl_fd setdomainname ' +
    'sethostname setns syslog umount umount2 unshare',
  CAP_BPF: 'bpf',
  CAP_DAC_READ_SEARCH: 'open_by_handle_at',
  CAP_PERFMON: 'perf_event_open',
  CAP_SYSLOG: 'syslog',
  CAP_SYS_BOOT: 'reboot',
  CAP_SYS_CHROOT: 'chroot',
  CAP_SYS_MODULE: 'delete_module init_module finit_module',
  CAP_SYS_NICE: 'get_mempolicy mbind set_mempolicy set_mempolicy_home_node',
  CAP_SYS_PACCT: 'acct',
  CAP_SYS_PTRACE: 'kcmp pidfd_getfd process_madvise',
  CAP_SYS_RAWIO: 'iopl ioperm',
  CAP_SYS_TIME: 'settimeofday stime clock_settime clock_settime64',
  CAP_SYS_TTY_CONFIG: 'vhangup',
};

const NARROWED: Readonly<Record<string, string>> = {
  clone: 'without flags that make namespaces, unless the container has CAP_SYS_ADMIN',
  personality: 'with the values 0, 8, 0x20000, 0x20008 and 0xffffffff',
  socket: 'of every family but AF_ALG (38) and AF_VSOCK (40)',
};

/** Which Moby allows with CAP_SYS_ADMIN alone. */
export const ALLOWED_BY_CONTAINERD: readonly string[] = ['lsm_get_self_attr', 'lsm_list_modules', 'lsm_set_self_attr'];

export function runtimeDefaultOf(name: string): DefaultVerdict {
  if (!isKnownName(name, ABIS)) return { kind: 'unknown' };
  const condition = NARROWED[name];
  if (condition !== undefined) return { kind: 'narrowed', condition };
  const capabilities = Object.keys(WITH_CAPABILITY).filter((cap) => WITH_CAPABILITY[cap]?.split(' ').includes(name));
  if (capabilities.length > 0) return { kind: 'with-capability', capabilities };
  return { kind: BLOCKED.has(name) ? 'blocked' : 'allowed' };
}
