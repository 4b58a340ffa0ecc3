/**
 * What the second probe, Falco, and the file access recorded by it have to say of a target: the parts of a report beside
 * the ledger's recording. The profile's calls never come from here.
 */
import { z } from 'zod';

/** How Falco fared for one target. One table for label, log and text. */
export const FALCO_STATES = {
  off: 'Falco was not asked for',
  absent: 'the tracer has no Falco',
  capped: 'as many Falcos as allowed watch this node already',
  starting: 'Falco was started and has not shown an event of the target yet',
  watching: 'Falco watches the target',
  ended: 'Falco watched the target to its end',
  failed: 'Falco could not be kept running',
} as const;
export type FalcoState = keyof typeof FALCO_STATES;

/** Why Falco did not watch for a while. */
export const FALCO_GAPS = ['late', 'crashed', 'overloaded', 'tracer-restarted'] as const;

/** Bounds of what a report carries; what is beyond is counted. */
export const PROBE_BOUNDS = { gaps: 64, names: 576, paths: 512, containers: 64 } as const;

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const containerName = z.string().min(1).max(63);

const falcoGapSchema = z.object({
  from: z.iso.datetime(),
  /** null while it lasts. */
  to: z.iso.datetime().nullable(),
  why: z.enum(FALCO_GAPS),
});

export const falcoSectionSchema = z.object({
  state: z.enum(Object.keys(FALCO_STATES) as [FalcoState, ...FalcoState[]]),
  /** In words, what a person would want to know of `absent` and `failed`; never a line of the target's. */
  detail: z.string().max(512),
  version: z.string().max(64).nullable(),
  /** When it had shown an event of the gate, or of a target that was running already. */
  readyAt: z.iso.datetime().nullable(),
  /** The calls Falco reported, by container, under the kernel's names (falco-names.ts). */
  calls: z
    .array(z.object({ container: containerName, names: z.array(z.string().max(64)).max(PROBE_BOUNDS.names) }))
    .max(PROBE_BOUNDS.containers),
  events: count,
  /** Falco's own counter. It counts for the whole node: another pod's noise is in it. */
  drops: count,
  gaps: z.array(falcoGapSchema).max(PROBE_BOUNDS.gaps),
  gapsOmitted: count,
  /** Calls it was told to leave out because it dropped events. */
  shed: z.array(z.string().max(64)).max(PROBE_BOUNDS.names),
});
export type FalcoSection = z.infer<typeof falcoSectionSchema>;

/** What was done with the files below a path. */
export const FILE_ACCESS = ['read', 'written', 'created', 'executed', 'mapped'] as const;
export type FileAccess = (typeof FILE_ACCESS)[number];

/** Why a file report is missing, or misses something. */
export const FILE_REASONS = {
  'no-falco': 'there was no Falco to see files',
  'falco-late': 'the target ran before Falco watched it',
  'falco-dropped': 'Falco dropped events while it watched',
  'falco-gap': 'Falco did not watch for a while',
  'paths-folded': 'there were more paths than are kept; some are told as their folders',
  'lines-capped': 'more lines waited on the node than are kept',
  'lines-not-stored': 'there is no place where lines are stored, or it could not be reached',
} as const;
export type FileReason = keyof typeof FILE_REASONS;

const fileUseSchema = z.object({
  container: containerName,
  /** By path, ascending; a path that ends in `/` stands for everything below it. */
  paths: z
    .array(z.object({ path: z.string().min(1).max(4096), access: z.array(z.enum(FILE_ACCESS)).min(1) }))
    .max(PROBE_BOUNDS.paths),
});
/** What one container did with files. */
export type FileUse = z.infer<typeof fileUseSchema>;

export const filesSectionSchema = z.object({
  containers: z.array(fileUseSchema).max(PROBE_BOUNDS.containers),
  lines: z.object({ kept: count, dropped: count, uploaded: count }),
  reasons: z.array(z.enum(Object.keys(FILE_REASONS) as [FileReason, ...FileReason[]])).max(16),
});
export type FilesSection = z.infer<typeof filesSectionSchema>;
