/** The AdmissionReview of admission.k8s.io/v1, as the API server sends it and expects it back. */
import { z } from 'zod';
import type { Answer } from './admit.ts';
import type { SkipReason } from './reasons.ts';

const requestSchema = z.object({
  uid: z.string().min(1),
  resource: z.object({ group: z.string(), version: z.string(), resource: z.string() }),
  subResource: z.string().nullish(),
  operation: z.string(),
  namespace: z.string().nullish(),
  dryRun: z.boolean().nullish(),
  /** Read as a pod only once it is known to be one. */
  object: z.unknown().optional(),
});
export type ReviewRequest = z.infer<typeof requestSchema>;

const reviewSchema = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: requestSchema,
});

export type ParsedReview =
  | { readonly kind: 'review'; readonly request: ReviewRequest }
  | { readonly kind: 'malformed'; readonly message: string };

export function parseReview(body: unknown): ParsedReview {
  const parsed = reviewSchema.safeParse(body);
  if (parsed.success) return { kind: 'review', request: parsed.data.request };
  return {
    kind: 'malformed',
    message: `not an AdmissionReview of admission.k8s.io/v1: ${z.prettifyError(parsed.error)}`,
  };
}

export function createsPod({ operation, resource, subResource }: ReviewRequest): boolean {
  return operation === 'CREATE' && resource.group === '' && resource.resource === 'pods' && !subResource;
}

/**
 * Flak never denies a pod: `allowed` is always true. The reason goes into the audit log only, where the API server puts
 * the webhook's name before the key; a warning is shown to whoever created the pod.
 */
export function reviewResponse(uid: string, answer: Answer): object {
  const { decision, patch } = answer;
  const warnings = decision.kind === 'trace' ? decision.warnings : [];
  const response = {
    uid,
    allowed: true,
    auditAnnotations: decision.kind === 'trace' ? { decision: 'trace' } : { decision: 'skip', reason: decision.reason },
    ...(patch.length > 0 ? { patchType: 'JSONPatch', patch: toBase64(JSON.stringify(patch)) } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

/** An answer that leaves the object as it is. */
export function untouched(reason: SkipReason): Answer {
  return { decision: { kind: 'skip', reason }, patch: [] };
}

function toBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
