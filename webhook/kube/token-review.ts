/** Asks the API server whom a token belongs to. */
import { z } from 'zod';
import { TOKEN_AUDIENCE } from '../names.ts';
import type { ReviewToken, TokenVerdict } from '../store/authenticate.ts';
import { attempt, describeFailure } from './outcome.ts';
import { collectionPath } from './resource.ts';
import type { KubeRequest } from './request.ts';

const PATH = collectionPath({ apiVersion: 'authentication.k8s.io/v1', plural: 'tokenreviews' }, null);

/** Keys that the ServiceAccount authenticator adds for a token bound to a pod (k8s.io/apiserver/pkg/authentication/serviceaccount). */
const POD_NAME = 'authentication.kubernetes.io/pod-name';
const POD_UID = 'authentication.kubernetes.io/pod-uid';

const reviewSchema = z.object({
  status: z.object({
    authenticated: z.boolean().default(false),
    audiences: z.array(z.string()).default([]),
    user: z
      .object({ username: z.string().default(''), extra: z.record(z.string(), z.array(z.string())).default({}) })
      .default({ username: '', extra: {} }),
  }),
});

/** @throws when the API server refuses the review itself: Flak's own rights are broken then. */
export function createTokenReview(request: KubeRequest, audience: string = TOKEN_AUDIENCE): ReviewToken {
  return async (token) => {
    const outcome = await attempt(() => request({ method: 'POST', path: PATH, body: reviewOf(token, audience) }));
    if (outcome.kind === 'ok') return verdictOf(reviewSchema.parse(outcome.value).status, audience);
    if (outcome.kind === 'try-later') return { kind: 'try-later' };
    throw new Error(`TokenReview: ${describeFailure(outcome)}`);
  };
}

function reviewOf(token: string, audience: string): object {
  return {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token, audiences: [audience] },
  };
}

type ReviewStatus = z.infer<typeof reviewSchema>['status'];

function verdictOf({ authenticated, audiences, user }: ReviewStatus, audience: string): TokenVerdict {
  // An authenticator that knows no audiences answers without ours: the token could be meant for anyone.
  if (!authenticated || !audiences.includes(audience)) return { kind: 'unauthenticated' };
  const name = user.extra[POD_NAME]?.[0];
  const uid = user.extra[POD_UID]?.[0];
  const pod = name === undefined || uid === undefined ? null : { name, uid };
  return { kind: 'authenticated', user: user.username, pod };
}
