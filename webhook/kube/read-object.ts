/** Pieces of every Kubernetes object, parsed at the edge. */
import { z } from 'zod';

export const stringMapSchema = z
  .record(z.string(), z.string())
  .nullish()
  .transform((map) => map ?? {});

/** RFC 3339 as milliseconds since the epoch. */
export const instantSchema = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

export const metadataSchema = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  uid: z.string().default(''),
  resourceVersion: z.string().default(''),
  creationTimestamp: instantSchema.nullish(),
  deletionTimestamp: instantSchema.nullish(),
  deletionGracePeriodSeconds: z.number().nullish(),
  labels: stringMapSchema,
  annotations: stringMapSchema,
  finalizers: z.array(z.string()).nullish(),
  ownerReferences: z
    .array(
      z.object({
        apiVersion: z.string(),
        kind: z.string(),
        name: z.string(),
        uid: z.string(),
        controller: z.boolean().nullish(),
      }),
    )
    .nullish(),
});

export const anyObjectSchema = z.object({ metadata: metadataSchema });

/** null where the object has another shape: a newer API server's, or another group's. */
export function readWith<T>(schema: z.ZodType<T>, object: unknown): T | null {
  const parsed = schema.safeParse(object);
  return parsed.success ? parsed.data : null;
}
