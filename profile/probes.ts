/**
 * What the second probe, Falco, and the file access recorded by it have to say of a target: the parts of a report beside
 * the ledger's recording. The profile's calls never come from here.
 */
import { z } from 'zod';
import type { FalcoState, FileReason } from './probe-words.ts';
import { FALCO_GAPS, FALCO_STATES, FILE_ACCESS, FILE_REASONS, PROBE_BOUNDS } from './probe-words.ts';

export type { FalcoState, FileAccess, FileReason } from './probe-words.ts';
export { FALCO_GAPS, FALCO_STATES, FILE_ACCESS, FILE_REASONS, PROBE_BOUNDS };

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
