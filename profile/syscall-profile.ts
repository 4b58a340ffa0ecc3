/**
 * The stored profile: what a `SyscallProfile` object's status holds. One object per workload and container, one
 * revision per image digest, newest first. Pure vocabulary; merging is in merge.ts, the OCI form in seccomp.ts.
 */
import { z } from 'zod';
import { contributedFalcoSchema, profiledFalcoSchema, profiledFilesSchema } from './profiled-probes.ts';
import type { ProfiledFalco, ProfiledFiles } from './profiled-probes.ts';
import { KEPT } from './kept.ts';
import { noteSchema, partialReasonSchema } from './recording.ts';
import { ABIS, MAX_TUPLES, ORIGINS } from './vocabulary.ts';

export const workloadSchema = z.object({
  apiVersion: z.string().max(128),
  kind: z.string().max(63),
  name: z.string().max(253),
});
/** The top-level owner of the traced pod: Deployment, StatefulSet, DaemonSet, Job, CronJob … or the Pod itself. */
export type Workload = z.infer<typeof workloadSchema>;

/** From least to most: completeness.ts says what each one takes. `verified` is earned by replay alone. */
export const LEVELS = ['partial', 'observed', 'stable', 'verified'] as const;

export const completenessSchema = z.object({
  level: z.enum(LEVELS),
  reasons: z.array(partialReasonSchema).max(32),
  notes: z.array(noteSchema).max(32),
  /** Beside the reason `falco-disagrees`: the calls that Falco alone saw, the first by name. */
  disagreements: z.array(z.string().max(64)).max(KEPT.disagreements).optional(),
});
/** How far a profile can be trusted. */
export type Completeness = z.infer<typeof completenessSchema>;

export const contributorSchema = z.object({
  /** The traced pod's UID: a contributor counts once however often it is merged. */
  traceUid: z.string().max(64),
  pod: z.string().max(253),
  node: z.string().max(253),
  kernel: z.string().max(256),
  architecture: z.enum(['x86_64', 'aarch64']),
  runtime: z.string().max(128).nullable(),
  armedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  completeness: completenessSchema,
  /** The second probe; absent of tracers that know none. */
  falco: contributedFalcoSchema.optional(),
  /** Its pod's owner wants no rules on argument values; what the latest contributor says holds. */
  argumentRules: z.enum(['off']).optional(),
});
export type Contributor = z.infer<typeof contributorSchema>;

/** Three values of 20 digits and two commas. */
const tupleSchema = z
  .string()
  .max(62)
  .regex(/^\d+(,\d+){0,2}$/);

const originValuesSchema = z.object({
  origin: z.enum(ORIGINS),
  /** Which arguments, counted from 0, ascending (arguments.ts). */
  indices: z.array(z.number().int().min(0).max(5)).min(1).max(3),
  /** Each a list of decimal values, joined by commas, in the order of the indices. */
  tuples: z.array(tupleSchema).max(MAX_TUPLES),
  /** More than are kept; then none is. */
  wide: z.boolean(),
});
/** The values that a call's watched arguments had when one origin made it. */
export type OriginValues = z.infer<typeof originValuesSchema>;

export const profiledCallSchema = z.object({
  abi: z.enum(ABIS),
  /** The kernel's name of the call; `nr:<number>` where the tables have none (never put into a profile, always shown). */
  name: z.string().max(64),
  origins: z.array(z.enum(ORIGINS)).min(1).max(ORIGINS.length),
  /**
   * Error number a seccomp filter answered with: this row is about sights that never reached the kernel (calls.ts).
   * Gone once the workload itself was seen making the call.
   */
  errno: z.number().int().min(1).max(4095).optional(),
  /** When the workload itself first made the call; absent where only others did, or the recording didn't tell. */
  firstSeenAt: z.iso.datetime().optional(),
  /**
   * Who saw the workload make it: the first 8 characters of contributors' `traceUid`, the `KEPT.seenBy` smallest in
   * order. Keeping the smallest makes the union of two lists independent of their order.
   */
  seenBy: z.array(z.string().max(8)).max(KEPT.seenBy).optional(),
  /**
   * Values of watched arguments, one row per origin in the order of ORIGINS, never of set-up. An origin of the call that
   * has none made it with unknown values (call-values.ts).
   */
  arguments: z.array(originValuesSchema).max(ORIGINS.length).optional(),
});
export type ProfiledCall = z.infer<typeof profiledCallSchema>;

export const revisionSchema = z.object({
  imageDigest: z.string().max(512),
  image: z.string().max(512),
  firstRecordedAt: z.iso.datetime(),
  lastRecordedAt: z.iso.datetime(),
  calls: z.array(profiledCallSchema).max(4096),
  completeness: completenessSchema,
  contributors: z.array(contributorSchema).max(KEPT.contributors),
  /** Contributors beyond the kept ones. */
  contributorsDropped: z.number().int().min(0),
  /** How the second probe agreed; absent where it never watched. */
  falco: profiledFalcoSchema.optional(),
  /** What was done with files; absent where that was never asked for. */
  files: profiledFilesSchema.optional(),
});
export type Revision = z.infer<typeof revisionSchema>;

export const syscallProfileStatusSchema = z.object({
  /** The newest revision as OCI seccomp JSON: `kubectl get … -o jsonpath='{.status.seccomp}'` is a usable file. */
  seccomp: z.string().max(262_144),
  syscallCount: z.number().int(),
  completeness: completenessSchema,
  contributorCount: z.number().int(),
  revisions: z.array(revisionSchema).max(KEPT.revisions),
  revisionsDropped: z.number().int().min(0),
});
export type SyscallProfileStatus = z.infer<typeof syscallProfileStatusSchema>;

/** What one trace adds to one container's profile. */
export interface Contribution {
  readonly imageDigest: string;
  readonly image: string;
  readonly contributor: Contributor;
  readonly calls: readonly ProfiledCall[];
  readonly falco?: ProfiledFalco;
  readonly files?: ProfiledFiles;
}
