/** Who sends a request to `/v1`: a bearer token becomes the tracer pod it was issued to. */
import { createHash } from 'node:crypto';
import { FLAK_NAMESPACE, OBJECTS } from '../names.ts';

/** What the API server says of a token for the audience `flak` (authentication.k8s.io/v1 TokenReview). */
export type TokenVerdict =
  | {
      readonly kind: 'authenticated';
      readonly user: string;
      /** The pod the token is bound to; null for a token that no pod was given. */
      readonly pod: { readonly name: string; readonly uid: string } | null;
    }
  | { readonly kind: 'unauthenticated' }
  | { readonly kind: 'try-later' };

/** Asks the API server. Never throws for an answer of the API server; an unexpected failure is thrown. */
export type ReviewToken = (token: string) => Promise<TokenVerdict>;

/** `invalid` is answered 401, `foreign` 403, `try-later` 503. */
export type Identity =
  | { readonly kind: 'tracer'; readonly podName: string; readonly podUid: string }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'try-later' };

/**
 * A tracer's verdict is trusted for 60 s (a deleted pod's token dies earlier by the pod cache). 4096 tokens are four times the
 * tracers of a 100-node cluster at the cap of ten. At most 32 reviews under way keep a flood of made-up tokens off the API server.
 */
export const TOKEN_CACHE = { ttlMs: 60_000, maxTokens: 4096, maxReviews: 32 } as const;

/**
 * `unauthenticated` is also what the API server answers when it couldn't look up the token's pod (status.error). A gate may be
 * waiting for this very tracer, so that verdict is kept no longer than a client's pause between two tries.
 */
const REFUSED_MS = 1000;

export interface AuthenticatorDeps {
  readonly reviewToken: ReviewToken;
  /** Milliseconds of any clock that never goes back. */
  readonly nowMs: () => number;
  readonly cache?: { readonly ttlMs: number; readonly maxTokens: number; readonly maxReviews: number };
}

export type Authenticate<T = Identity> = (token: string) => Promise<T>;

const TRACER_USER = `system:serviceaccount:${FLAK_NAMESPACE}:${OBJECTS.tracerServiceAccount}`;

/** Takes tracers alone. */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticate {
  return createTokenJudge(deps, identify);
}

/** What whoever judges tokens has to tell apart: these verdicts are kept for other times than the rest. */
interface Judged {
  readonly kind: string;
}
type Undecided = { readonly kind: 'invalid' } | { readonly kind: 'try-later' };

/** A token's verdict is asked for once, also by requests that arrive while the first review is under way. */
export function createTokenJudge<T extends Judged>(
  { reviewToken, nowMs, cache = TOKEN_CACHE }: AuthenticatorDeps,
  identify: (verdict: TokenVerdict) => T | Undecided,
): Authenticate<T | Undecided> {
  const known = new Map<string, { readonly identity: Promise<T | Undecided>; expiresAtMs: number }>();
  let reviews = 0;

  async function review(key: string, token: string): Promise<T | Undecided> {
    reviews += 1;
    try {
      const identity = identify(await reviewToken(token));
      if (identity.kind === 'try-later') known.delete(key);
      const entry = known.get(key);
      if (identity.kind === 'invalid' && entry !== undefined)
        entry.expiresAtMs = nowMs() + Math.min(cache.ttlMs, REFUSED_MS);
      return identity;
    } catch (cause) {
      known.delete(key);
      throw new Error('Reviewing a token failed', { cause });
    } finally {
      reviews -= 1;
    }
  }

  return (token) => {
    // The token itself is not kept: a heap dump of the control plane must not hold credentials.
    const key = createHash('sha256').update(token).digest('base64');
    const hit = known.get(key);
    if (hit !== undefined && nowMs() < hit.expiresAtMs) return hit.identity;
    if (reviews >= cache.maxReviews) return Promise.resolve({ kind: 'try-later' });
    known.delete(key);
    makeRoom(known, cache.maxTokens);
    const identity = review(key, token);
    known.set(key, { identity, expiresAtMs: nowMs() + cache.ttlMs });
    return identity;
  };
}

/** Of a tracer's token, whatever it is for. */
export function identify(verdict: TokenVerdict): Identity {
  if (verdict.kind === 'try-later') return { kind: 'try-later' };
  if (verdict.kind === 'unauthenticated') return { kind: 'invalid' };
  if (verdict.user !== TRACER_USER || verdict.pod === null) return { kind: 'foreign' };
  return { kind: 'tracer', podName: verdict.pod.name, podUid: verdict.pod.uid };
}

/** Forgets the oldest entry when full: losing one costs one review. */
function makeRoom(cache: Map<string, unknown>, max: number): void {
  for (const oldest of cache.keys()) {
    if (cache.size < max) return;
    cache.delete(oldest);
  }
}
