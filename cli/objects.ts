/** Flak's objects as they come from the cluster. */
import { z } from 'zod';
import { completenessSchema, syscallProfileStatusSchema, workloadSchema } from '../profile/syscall-profile.ts';
import { TRACE_PHASES } from '../webhook/controller/trace-status.ts';

const metadataSchema = z.object({ name: z.string(), namespace: z.string() });

/** A profile that was created this moment has no status yet. */
export const profileObjectSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({ workload: workloadSchema, container: z.string() }),
  status: syscallProfileStatusSchema.optional(),
});
export type ProfileObject = z.infer<typeof profileObjectSchema>;

export const traceObjectSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({ podName: z.string(), podUid: z.string() }),
  status: z
    .object({
      phase: z.enum(TRACE_PHASES),
      node: z.string().optional(),
      workload: workloadSchema.optional(),
      containers: z.array(z.object({ name: z.string(), image: z.string(), imageDigest: z.string() })).optional(),
      reason: z.string().optional(),
      message: z.string().optional(),
      armedAt: z.string().optional(),
      endedAt: z.string().optional(),
      completeness: completenessSchema.optional(),
      profiles: z.array(z.string()).optional(),
    })
    .optional(),
});
export type TraceObject = z.infer<typeof traceObjectSchema>;
