/** What a stored profile keeps of the second probe: how it agreed with the ledger, and what it saw being done with files. */
import { z } from 'zod';
import { KEPT } from './kept.ts';
import { FALCO_STATES, FILE_ACCESS, FILE_REASONS, PROBE_BOUNDS } from './probe-words.ts';
import type { FalcoState, FileReason } from './probe-words.ts';

const names = z.array(z.string().max(64)).max(PROBE_BOUNDS.names);
const path = z.string().min(1).max(4096);

/** How Falco fared in one trace. */
export const contributedFalcoSchema = z.object({
  state: z.enum(Object.keys(FALCO_STATES) as [FalcoState, ...FalcoState[]]),
  version: z.string().max(64).nullable(),
  /** It showed events of the target: what it didn't report, it had a chance to. */
  watched: z.boolean(),
  /** Falco's own count, of the whole node. */
  drops: z.number().int().min(0),
  /** Times at which it did not watch. */
  gaps: z.number().int().min(0),
});
export type ContributedFalco = z.infer<typeof contributedFalcoSchema>;

/** Over the traces in which Falco watched (cross-check.ts); the kernel's names, sorted. */
export const profiledFalcoSchema = z.object({
  saw: names,
  onlyFalco: names,
  onlyLedger: names,
  /** Left out by Falco in one of the traces, since it dropped events. */
  shed: names,
});
export type ProfiledFalco = z.infer<typeof profiledFalcoSchema>;

const mountSchema = z.object({ path, readOnly: z.boolean() });

/** What follows for the container's security context, had it done nothing else than what was seen. */
const rootSuggestionSchema = z.object({
  readOnlyRootFilesystem: z.boolean(),
  /** Where it would need volumes that can be written. */
  writableVolumes: z
    .array(
      z.object({
        path,
        /** Files of the image are used there, which an empty volume would hide. */
        hidesFiles: z.boolean(),
      }),
    )
    .max(KEPT.paths),
  /** Why the root can't be read-only: files directly below it, where no volume can be. */
  writtenAtRoot: z.array(path).max(KEPT.paths),
});

export const profiledFilesSchema = z.object({
  /** By path; one that ends in `/` stands for everything below it. */
  paths: z
    .array(z.object({ path, access: z.array(z.enum(FILE_ACCESS)).min(1).max(FILE_ACCESS.length) }))
    .max(KEPT.paths),
  /** Why something may be missing. */
  reasons: z.array(z.enum(Object.keys(FILE_REASONS) as [FileReason, ...FileReason[]])).max(16),
  /** What was mounted into the container, by its pod's spec. */
  mounts: z.array(mountSchema).max(KEPT.mounts),
  /** Absent where no file was seen. */
  suggestion: rootSuggestionSchema.optional(),
});
export type ProfiledFiles = z.infer<typeof profiledFilesSchema>;
