/**
 * A canary's request for a profile on its node, and the answer: what the CLI writes into the pod, the control plane judges and
 * the tracer is told (docs/verify.md, docs/wire.md).
 */
import { z } from 'zod';
import { REPLAY_MODES } from './replay-filter.ts';

/** Below the kubelet's `seccomp` folder. */
export const PLACED_FOLDER = 'flak/verify';

/** No pod that has a profile placed lives longer: a file that is older has been left behind. */
export const MAX_CANARY_SECONDS = 12 * 3600;

const containerName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
/** 128 random bits: nobody who doesn't see the canary knows the name of its file. */
const run = z.string().regex(/^[0-9a-f]{32}$/);

/** Value of the annotation `flak.dev/verify`, as JSON. */
export const replayRequestSchema = z.object({
  run,
  mode: z.enum(REPLAY_MODES),
  containers: z
    .record(
      containerName,
      z.object({
        /** The SyscallProfile's name, in the pod's namespace. */
        profile: z.string().min(1).max(253),
        /** The filter that the workload's own pods have. */
        present: z.enum(['default', 'unconfined']),
      }),
    )
    .refine((containers) => Object.keys(containers).length <= 64, 'at most 64 containers'),
});
export type ReplayRequest = z.infer<typeof replayRequestSchema>;

/** undefined for anything else than a request. */
export function parseReplayRequest(annotation: string): ReplayRequest | undefined {
  try {
    return replayRequestSchema.safeParse(JSON.parse(annotation)).data;
  } catch {
    return undefined;
  }
}

/** With the namespace in it: a pod of another namespace can't have a file of this name written or removed, even when its name is known. */
export function placedFile(namespace: string, runId: string, container: string): string {
  return `${namespace}.${runId}.${container}.json`;
}

/** What the tracer writes names of: nothing but this becomes part of a path. */
export const PLACED_FILE =
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.[0-9a-f]{32}\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.json$/;

/** Of an answer in bytes; a profile has some ten thousand. */
export const MAX_PLACEMENT_BYTES = 1024 * 1024;

/** `GET /v1/traces/<podUid>/placement` */
export const placementSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('files'),
    files: z
      .array(z.object({ name: z.string().regex(PLACED_FILE), content: z.string().max(MAX_PLACEMENT_BYTES) }))
      .max(64),
  }),
  z.object({ kind: z.literal('refused'), reason: z.string().max(1000) }),
]);
export type Placement = z.infer<typeof placementSchema>;
