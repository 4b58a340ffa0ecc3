/**
 * What the ledger saw of one target: the vocabulary that tracer, control plane and CLI share.
 * Everything that crosses the wire is described here once, as a zod schema, and parsed where it arrives.
 */
import { z } from 'zod';
import { falcoSectionSchema, filesSectionSchema } from './probes.ts';

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

/** Nanoseconds of the boot clock exceed 2^53 only after 104 days of uptime; they travel as decimal strings. */
const bootNs = z.string().regex(/^\d{1,20}$/);

/** One syscall number above any table in use; the ledger's rows have this many places (tracer/ledger/ledger.h). */
export const MAX_SYSCALLS = 576;

const callSchema = z.object({
  nr: z
    .number()
    .int()
    .min(0)
    .max(MAX_SYSCALLS - 1),
  /** First sight, boot clock. */
  firstSeenNs: bootNs,
});

/** A call that a seccomp filter answered instead of the kernel: seen leaving, never entering. */
const deniedCallSchema = callSchema.extend({ errno: z.number().int().min(1).max(4095) });

/** Distinct tuples of one call's watched arguments that are told apart; above that the call is `wide`. */
export const MAX_TUPLES = 64;

/** A register's value, unsigned. */
const argumentValue = z.string().regex(/^\d{1,20}$/);

/**
 * The values that a call's watched arguments had (profile/arguments.ts says which are watched), for calls that were made.
 * `wide`: there were more tuples than are kept; then none is.
 */
const callArgumentsSchema = z.object({
  nr: callSchema.shape.nr,
  /** Which arguments, counted from 0, ascending. Values of a tuple are in this order. */
  indices: z.array(z.number().int().min(0).max(5)).min(1).max(3),
  tuples: z.array(z.array(argumentValue).min(1).max(3)).max(MAX_TUPLES),
  wide: z.boolean(),
});
export type CallArguments = z.infer<typeof callArgumentsSchema>;

const entrySchema = z.object({
  abi: z.enum(ABIS),
  origin: z.enum(ORIGINS),
  calls: z.array(callSchema).max(MAX_SYSCALLS),
  denied: z.array(deniedCallSchema).max(MAX_SYSCALLS),
  arguments: z.array(callArgumentsSchema).max(MAX_SYSCALLS),
});
/** All calls of one container that share ABI and origin. */
export type RecordingEntry = z.infer<typeof entrySchema>;

/**
 * One container of the target (one container ID; a restart is another one).
 * `name` is the container's name in the pod's spec as the runtime's own record on the node gives it, null where none was found.
 */
const containerRecordingSchema = z.object({
  containerId: z.string().min(1).max(128),
  name: z.string().max(63).nullable(),
  /** `sandbox` is the pause container; `unknown` when the runtime's record was gone before it could be read. */
  kind: z.enum(['container', 'sandbox', 'unknown']),
  runtime: z.string().max(128).nullable(),
  entries: z.array(entrySchema).max(ABIS.length * ORIGINS.length),
});
export type ContainerRecording = z.infer<typeof containerRecordingSchema>;

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
export const partialReasonSchema = z.enum(Object.keys(PARTIAL_REASONS) as [PartialReason, ...PartialReason[]]);

/** Said beside the level without lowering it. */
export const NOTES = {
  'tracer-restarted': 'the tracer was replaced while recording; the ledger in the kernel went on',
  'masked-by-filter': 'a seccomp filter denied calls; they are kept with the error number the program saw',
  'abi-union': 'more than one system call interface was used; the profile is their union',
} as const;
export type Note = keyof typeof NOTES;
export const noteSchema = z.enum(Object.keys(NOTES) as [Note, ...Note[]]);

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
} as const;
export type Refusal = keyof typeof REFUSALS;

const nodeSchema = z.object({
  name: z.string().max(253),
  bootId: z.string().max(64),
  /** Zero of the boot clock by the node's wall clock, which makes first sights instants; absent from older tracers. */
  bootedAt: z.iso.datetime().optional(),
  kernel: z.string().max(256),
  architecture: z.enum(['x86_64', 'aarch64']),
  cgroups: z.enum(['v2', 'hybrid']),
});

const base = {
  version: z.literal(1),
  /** 1, 2, 3 … per trace; the store answers a repeated number by comparing bytes. */
  number: z.number().int().min(1).max(1_000_000),
  podUid: z.uuid(),
  takenAt: z.iso.datetime(),
  node: nodeSchema,
};

const recordedReportSchema = z.object({
  ...base,
  /** `armed`: the ledger has seen the gate (or the late target), nothing else yet. `final`: all containers have stopped. */
  kind: z.enum(['armed', 'snapshot', 'final']),
  arming: z.enum(['before-gate', 'late']),
  armedAt: z.iso.datetime(),
  /** When the tracer opened the gate itself (hostPath medium); null where the controller does it, or there is none. */
  gateOpenedAt: z.iso.datetime().nullable(),
  containers: z.array(containerRecordingSchema).max(512),
  reasons: z.array(partialReasonSchema).max(32),
  notes: z.array(noteSchema).max(32),
  /** Of tracers that know a second probe. What can't be read of it must not cost what the ledger saw. */
  falco: falcoSectionSchema.optional().catch(undefined),
  files: filesSectionSchema.optional().catch(undefined),
});
/** A report that carries a recording of every container seen so far (cumulative, never a difference). */
export type RecordedReport = z.infer<typeof recordedReportSchema>;

const refusedReportSchema = z.object({
  ...base,
  kind: z.literal('refused'),
  refusal: z.enum(Object.keys(REFUSALS) as [Refusal, ...Refusal[]]),
  detail: z.string().max(1024),
});
export type RefusedReport = z.infer<typeof refusedReportSchema>;

/** What a tracer PUTs to `/v1/traces/<podUid>/reports/<number>`. */
export const reportSchema = z.discriminatedUnion('kind', [recordedReportSchema, refusedReportSchema]);
export type Report = z.infer<typeof reportSchema>;

/** Containers that an answer names as ready. A pod of more has the rest counted as starting up. */
export const MAX_READY = 512;

/** All runtimes that the kubelet speaks to make IDs of 64 hex digits. */
const readyId = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * What a tracer is told by `GET /v1/traces/<podUid>/orders?known=<order>&seen=<digest>&waitSeconds=<s>&last=<bool>` (a long poll:
 * answered when the order differs from `known` or the digest from `seen`, or when the wait ends).
 * - `record`: go on. - `flush`: the target is ending; send the final report once its containers have stopped, then exit.
 * - `hand-over`: the target lives on and a successor will come: exit, slot and pins stay (only as answer to `last=true`).
 * - `leave`: Flak is being removed or the trace was given up: remove slot and gate directory, exit.
 */
export const ORDERS = ['record', 'flush', 'hand-over', 'leave'] as const;
export type Order = (typeof ORDERS)[number];
export const orderAnswerSchema = z.object({
  order: z.enum(ORDERS),
  /** IDs of the target's containers that are ready now. Older replicas don't say; what can't be read must not cost the order. */
  ready: z.array(readyId).max(MAX_READY).catch([]),
  /** Digest of `ready`, to be sent back as `seen`; opaque. */
  seen: z.string().max(64).optional().catch(undefined),
});
export type OrderAnswer = z.infer<typeof orderAnswerSchema>;
