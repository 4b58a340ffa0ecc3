/** Seccomp filters as classic BPF (linux/filter.h, linux/seccomp.h), whose answers are known by construction. */
import { numbersOf } from '../../../profile/syscalls/names.ts';

const [LOAD_WORD, JUMP_EQUAL, JUMP, RETURN] = [0x20, 0x15, 0x05, 0x06];
const [NR_AT, ARCH_AT, FIRST_ARGUMENT_AT] = [0, 4, 16];
const AUDIT_ARCH_X86_64 = 0xc000003e;
const [RET_ALLOW, RET_ERRNO] = [0x7fff0000, 0x00050000];

export const EPERM = 1;
export const ENOSYS = 38;

export interface Denial {
  readonly nr: number;
  readonly errno: number;
  /** Denied only with this in the low half of the first argument. */
  readonly firstArgument?: number;
}

function instruction(code: number, value: number, ifTrue = 0, ifFalse = 0): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(ifTrue, 2);
  bytes.writeUInt8(ifFalse, 3);
  bytes.writeUInt32LE(value, 4);
  return bytes;
}

function ruleOf({ nr, errno, firstArgument }: Denial): Buffer[] {
  const deny = instruction(RETURN, RET_ERRNO + errno);
  if (firstArgument === undefined) return [instruction(JUMP_EQUAL, nr, 0, 1), deny];
  return [
    instruction(JUMP_EQUAL, nr, 0, 4),
    instruction(LOAD_WORD, FIRST_ARGUMENT_AT),
    instruction(JUMP_EQUAL, firstArgument, 0, 1),
    deny,
    instruction(LOAD_WORD, NR_AT),
  ];
}

/** Denies these calls to both interfaces, each by its own numbers, and allows all others (x32, too: its numbers carry bit 30). */
export function filterOf(native: readonly Denial[], i386: readonly Denial[] = []): Buffer {
  const allow = instruction(RETURN, RET_ALLOW);
  const section = (denials: readonly Denial[]): Buffer[] => [
    instruction(LOAD_WORD, NR_AT),
    ...denials.flatMap(ruleOf),
    allow,
  ];
  const nativeSection = section(native);
  return Buffer.concat([
    instruction(LOAD_WORD, ARCH_AT),
    instruction(JUMP_EQUAL, AUDIT_ARCH_X86_64, 1, 0),
    instruction(JUMP, nativeSection.length),
    ...nativeSection,
    ...section(i386),
  ]);
}

/** What RuntimeDefault (containerd's contrib/seccomp/seccomp_default.go) refuses a container without capabilities. */
const REFUSED_BY_DEFAULT = [
  'acct add_key bpf chroot clock_adjtime clock_settime create_module delete_module fanotify_init finit_module fsconfig fsmount',
  'fsopen fspick get_kernel_syms get_mempolicy init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp',
  'kexec_file_load kexec_load keyctl lookup_dcookie mbind migrate_pages mount mount_setattr move_mount move_pages',
  'name_to_handle_at nfsservctl open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root process_vm_readv',
  'process_vm_writev ptrace query_module quotactl quotactl_fd reboot request_key set_mempolicy setdomainname sethostname setns',
  'settimeofday swapoff swapon sysfs umount2 unshare uselib userfaultfd ustat vhangup',
].flatMap((line) => line.split(' '));
const AF_VSOCK = 40;

/** As RuntimeDefault answers: EPERM, ENOSYS for clone3 so that C libraries fall back to clone, and some only by their arguments. */
export function runtimeDefault(): Denial[] {
  const numbers = new Map([...numbersOf('x86_64')].map(([nr, name]) => [name, nr]));
  const numberOf = (name: string): number => {
    const nr = numbers.get(name);
    if (nr === undefined) throw new Error(`the x86_64 table has no ${name}`);
    return nr;
  };
  return [
    ...REFUSED_BY_DEFAULT.map((name) => ({ nr: numberOf(name), errno: EPERM })),
    { nr: numberOf('clone3'), errno: ENOSYS },
    { nr: numberOf('socket'), errno: EPERM, firstArgument: AF_VSOCK },
    { nr: numberOf('clone'), errno: EPERM, firstArgument: 0xffffffff },
  ];
}
