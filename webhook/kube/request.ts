/**
 * Requests to the API server as plain JSON. The generated classes turn timestamps into Dates and drop fields they don't
 * know, while a watch delivers JSON as it is; what is both listed and watched must look the same, so it goes this way.
 */
import { ApiException, HttpMethod, IsomorphicFetchHttpLibrary, RequestContext } from '@kubernetes/client-node';
import type { ResponseContext, SecurityAuthentication } from '@kubernetes/client-node';

export type PatchType = 'application/json-patch+json' | 'application/merge-patch+json';

export interface KubeCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path on the API server, without query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly patchType?: PatchType;
  readonly signal?: AbortSignal;
}

/** Answers the parsed body; throws ApiException for anything but 2xx, and undici's errors for the network's. */
export type KubeRequest = (call: KubeCall) => Promise<unknown>;
/** Answers the body as it arrives; the same errors. The caller ends it by its signal. */
export type KubeStream = (call: KubeCall) => Promise<AsyncIterable<Uint8Array>>;

/** Longest time for a whole plain request: below every deadline it is made for, above the API server's own 60 s only in name. */
const REQUEST_TIMEOUT_MS = 20_000;

const METHODS = {
  GET: HttpMethod.GET,
  POST: HttpMethod.POST,
  PUT: HttpMethod.PUT,
  PATCH: HttpMethod.PATCH,
  DELETE: HttpMethod.DELETE,
} as const;

function contextOf(server: string, call: KubeCall): RequestContext {
  const context = new RequestContext(`${server.replace(/\/$/, '')}${call.path}`, METHODS[call.method]);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) context.setQueryParam(name, String(value));
  }
  context.setHeaderParam('Accept', 'application/json');
  if (call.body !== undefined) {
    context.setHeaderParam('Content-Type', call.patchType ?? 'application/json');
    context.setBody(JSON.stringify(call.body));
  }
  if (call.signal !== undefined) context.setSignal(call.signal);
  return context;
}

async function send(server: string, authentication: SecurityAuthentication, call: KubeCall): Promise<ResponseContext> {
  const context = contextOf(server, call);
  await authentication.applySecurityAuthentication(context);
  const response = await new IsomorphicFetchHttpLibrary().send(context).toPromise();
  if (response.httpStatusCode >= 200 && response.httpStatusCode < 300) return response;
  const body = await response.body.text();
  throw new ApiException(response.httpStatusCode, `${call.method} ${call.path}`, body, response.headers);
}

/** @param server URL of the API server. */
export function createRequest(server: string, authentication: SecurityAuthentication): KubeRequest {
  return async (call) => {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const signal = call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]);
    const response = await send(server, authentication, { ...call, signal });
    const text = await response.body.text();
    return text === '' ? null : (JSON.parse(text) as unknown);
  };
}

/** @param server URL of the API server. */
export function createStream(server: string, authentication: SecurityAuthentication): KubeStream {
  return async (call) => {
    const response = await send(server, authentication, call);
    const stream = response.body.stream();
    if (stream === null) throw new TypeError('the answer has no body', { cause: call.path });
    return stream;
  };
}
