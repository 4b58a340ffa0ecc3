/**
 * The words of a recording, and its bounds: what recording.ts describes for the wire is made of them. Apart from that, since a command
 * that records needs no schema, and the library of schemas takes longer to load than all of Flak.
 */

/** System call interfaces that are told apart. x32 is x86_64's second table (numbers with bit 30 set). */
export const ABIS = ['x86_64', 'i386', 'x32', 'aarch64'] as const;
export type Abi = (typeof ABIS)[number];

/**
 * Who called.
 * - `setup`: the runtime preparing the container, until the exec of the container's init task (docs/architecture.md, "Where set-up ends").
 * - `runtime-filtered`: the part of set-up that ran after the runtime had loaded a seccomp filter; only this part needs the profile's leave.
 * - `startup`: the container's own processes, until the container became ready (or was marked, in local mode).
 * - `serving`: the same processes from then on.
 * - `exec:probe`: exec probes and lifecycle hooks of the pod's spec, known by their command. They run under the container's profile.
 * - `exec:foreign`: any other process that joined the running container from outside (`kubectl exec`). Kept apart: in no profile unless asked for.
 */
export const ORIGINS = ['setup', 'runtime-filtered', 'startup', 'serving', 'exec:probe', 'exec:foreign'] as const;
export type Origin = (typeof ORIGINS)[number];

/** One syscall number above any table in use; the ledger's rows have this many places (tracer/ledger/ledger.h). */
export const MAX_SYSCALLS = 576;

/** Distinct tuples of one call's watched arguments that are told apart; above that the call is `wide`. */
export const MAX_TUPLES = 64;

/** Why a recording may be missing something. Each one lowers the profile's level to `partial`. One table for label, log and text. */
export const PARTIAL_REASONS = {
  'late-arming': 'the target was already running when recording began',
  'gate-released': 'the gate was opened without a trace being armed',
  'gate-timeout': 'the gate opened at its timeout before the ledger was armed',
  'flush-deadline': 'the last report did not arrive in time; this is the state of the last snapshot',
  'tracer-lost': 'the tracer never reported what it had seen',
  'ledger-full': 'the ledger had no room for a new container or caller',
  'calls-missed': 'the kernel did not run the recorder for some system calls (its own count of recursion misses)',
  'origin-unknown': 'the caller of some system calls could not be told apart from the runtime',
  'node-rebooted': 'the node restarted while the target was recorded',
  'unknown-container': 'something was recorded that no container of the pod could be found for',
  'unknown-syscall': 'a system call was made that no known table has',
  'io-uring': 'the workload uses io_uring, whose operations make no system calls',
  'finalizer-removed': 'someone removed the finalizer before the last report arrived',
  'falco-disagrees': 'Falco, the second probe, saw system calls that the ledger did not',
  'falco-missing': 'the pod requires Falco, and it did not watch',
} as const;
export type PartialReason = keyof typeof PARTIAL_REASONS;

/** Said beside the level without lowering it. */
export const NOTES = {
  'tracer-restarted': 'the tracer was replaced while recording; the ledger in the kernel went on',
  'masked-by-filter': 'a seccomp filter denied calls; they are kept with the error number the program saw',
  'abi-union': 'more than one system call interface was used; the profile is their union',
} as const;
export type Note = keyof typeof NOTES;

/** Why the ledger could not be armed on a node. Machine readable: it becomes the Trace's reason. */
export const REFUSALS = {
  'no-btf': 'the kernel has no BTF (CONFIG_DEBUG_INFO_BTF); see `flak doctor`',
  'lockdown-confidentiality':
    'kernel lockdown is in confidentiality mode, which forbids BPF from reading kernel memory',
  'missing-capability': 'the tracer lacks CAP_SYS_ADMIN or CAP_DAC_READ_SEARCH',
  memlock: 'the kernel charges BPF maps to RLIMIT_MEMLOCK and the limit is too low',
  'bpffs-not-mountable': 'no BPF file system is mounted at /sys/fs/bpf and none could be mounted',
  'kernel-too-old': 'the kernel refused a BPF program that needs Linux 5.10 or newer',
  'cgroup-v1': 'the node has no cgroup v2 hierarchy, by which containers are told apart',
  'no-free-slot': 'all slots of the ledger on this node are in use',
  'pod-cgroup-not-found': 'the cgroup of the target was not found below the kubelet root',
  'profile-not-placed': 'the profile to be verified was not placed on the node',
} as const;
export type Refusal = keyof typeof REFUSALS;
