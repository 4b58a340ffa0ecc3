/**
 * The words of the second probe and of file access, and their bounds: what probes.ts describes for the wire is made of
 * them. Apart from that for the reason of vocabulary.ts.
 */

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
