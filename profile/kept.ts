/** Bounds of what is kept; what falls off is counted, never silently gone. */
export const KEPT = {
  revisions: 10,
  contributors: 100,
  /** Of the contributors that made a call: enough to tell rare ones from common ones (species.ts). */
  seenBy: 8,
  /** Names beside `falco-disagrees`: one more than is shown (completeness.ts). All of them stand in the revision. */
  disagreements: 17,
  /** Paths of the file summary; beyond it they are told as their folders. */
  paths: 256,
  /** JSON of these paths. */
  fileBytes: 131_072,
  mounts: 64,
  /** JSON of all revisions together: etcd refuses objects above 1.5 MiB; the newest revision stays whatever its size. */
  revisionBytes: 900_000,
} as const;
