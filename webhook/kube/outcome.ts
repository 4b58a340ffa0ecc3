/** Where the Kubernetes client's errors become words of ours: outside `webhook/kube` nobody sees an ApiException. */
import { ApiException } from '@kubernetes/client-node';

/** What can be expected of a request to the API server. */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'already-exists' }
  /** The object changed since it was read (409 on update, a failed `test` operation): read again, decide again. */
  | { readonly kind: 'conflict' }
  /** The server can't now (429, 5xx, network): the same request may succeed later. */
  | { readonly kind: 'try-later'; readonly afterMs: number; readonly message: string }
  /** The server won't (400, 403, 422): asking again is no use. */
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };
export { ApiException };

/** Every outcome but `ok`; it fits an `Outcome` of any type. */
export type Failure = Exclude<Outcome<never>, { kind: 'ok' }>;

/** When the server names no time of its own: long enough not to press a struggling API server, short beside every deadline. */
const DEFAULT_RETRY_MS = 1000;
/** A Retry-After beyond this is cut: waits of ours are bounded by deadlines of 30 s. */
const MAX_RETRY_MS = 30_000;
const MAX_MESSAGE = 512;

/** The fields of `meta/v1 Status` that are looked at; typed loosely, since proxies answer with anything. */
interface StatusBody {
  readonly reason?: unknown;
  readonly message?: unknown;
}

function statusBody(body: unknown): StatusBody {
  if (typeof body === 'object' && body !== null) return body;
  if (typeof body !== 'string') return {};
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : { message: body };
  } catch {
    return { message: body };
  }
}

function retryAfterMs(headers: Readonly<Record<string, string>> | undefined): number {
  const name = Object.keys(headers ?? {}).find((header) => header.toLowerCase() === 'retry-after');
  const seconds = Number(name === undefined ? Number.NaN : headers?.[name]);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, MAX_RETRY_MS) : DEFAULT_RETRY_MS;
}

/**
 * Translates an HTTP answer that is no success.
 * 409 means two things (`reason` tells them apart). 422 does too: the API server answers a failed `test` operation of a JSON
 * patch with `Invalid` and the patch library's words ("the server rejected our request due to an error in our request" or
 * "testing value … failed", k8s.io/apiserver/pkg/endpoints/handlers/patch.go), and that is a change since the read.
 */
export function failureOfStatus(status: number, body: unknown, headers?: Readonly<Record<string, string>>): Failure {
  const { reason, message } = statusBody(body);
  const text = (typeof message === 'string' ? message : `HTTP status ${status}`).slice(0, MAX_MESSAGE);
  if (status === 404) return { kind: 'not-found' };
  if (status === 409) return { kind: reason === 'AlreadyExists' ? 'already-exists' : 'conflict' };
  if (status === 422 && /test(ing)? (operation|value|path)|due to an error in our request/i.test(text)) {
    return { kind: 'conflict' };
  }
  if (status === 401 || status === 408 || status === 410 || status === 429 || status >= 500) {
    return { kind: 'try-later', afterMs: retryAfterMs(headers), message: text };
  }
  return { kind: 'refused', status, message: text };
}

/** undici's fetch reports every network failure as a TypeError with the socket's error as its cause; an abort as a DOMException. */
function isNetworkError(thrown: unknown): thrown is Error {
  if (!(thrown instanceof Error)) return false;
  if (thrown.name === 'AbortError' || thrown.name === 'TimeoutError') return true;
  return (thrown instanceof TypeError && thrown.cause !== undefined) || 'code' in thrown;
}

/** Translates what a request threw; anything that is neither an answer nor a network error is a defect and is thrown on. */
export function toOutcome(thrown: unknown): Failure {
  if (thrown instanceof ApiException) return failureOfStatus(thrown.code, thrown.body, thrown.headers);
  if (!isNetworkError(thrown)) throw thrown;
  const cause = thrown.cause instanceof Error ? `: ${thrown.cause.message}` : '';
  return { kind: 'try-later', afterMs: DEFAULT_RETRY_MS, message: `${thrown.message}${cause}`.slice(0, MAX_MESSAGE) };
}

/** Runs one request of the Kubernetes client and says how it went; throws only what `toOutcome` calls a defect. */
export async function attempt<T>(request: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: 'ok', value: await request() };
  } catch (thrown) {
    return toOutcome(thrown);
  }
}

/** Applies `map` to the value of a success and leaves every failure as it is. */
export function mapOutcome<T, U>(outcome: Outcome<T>, map: (value: T) => U): Outcome<U> {
  return outcome.kind === 'ok' ? { kind: 'ok', value: map(outcome.value) } : outcome;
}

/** A failure in one line, for logs and Events. */
export function describeFailure(failure: Failure): string {
  switch (failure.kind) {
    case 'refused':
      return `refused (${failure.status}): ${failure.message}`;
    case 'try-later':
      return `try later: ${failure.message}`;
    case 'not-found':
    case 'already-exists':
    case 'conflict':
      return failure.kind;
  }
}
