/**
 * What the ledger saw of one target: the vocabulary that tracer, control plane and CLI share.
 * Everything that crosses the wire is described here once, as a zod schema, and parsed where it arrives.
 */
import { z } from 'zod';
import { falcoSectionSchema, filesSectionSchema } from './probes.ts';
import type { Note, PartialReason, Refusal } from './vocabulary.ts';
import { ABIS, MAX_SYSCALLS, MAX_TUPLES, NOTES, ORIGINS, PARTIAL_REASONS, REFUSALS } from './vocabulary.ts';

export { ABIS, MAX_SYSCALLS, MAX_TUPLES, NOTES, ORIGINS, PARTIAL_REASONS, REFUSALS };
export type { Abi, Note, Origin, PartialReason, Refusal } from './vocabulary.ts';

/** Nanoseconds of the boot clock exceed 2^53 only after 104 days of uptime; they travel as decimal strings. */
const bootNs = z.string().regex(/^\d{1,20}$/);

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

export const partialReasonSchema = z.enum(Object.keys(PARTIAL_REASONS) as [PartialReason, ...PartialReason[]]);

export const noteSchema = z.enum(Object.keys(NOTES) as [Note, ...Note[]]);

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
