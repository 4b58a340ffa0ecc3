/** Every way a request to the tracers' API can end: metric label, error code in the answer, and HTTP status at once. */
import type { Response } from 'express';

export const API_RESULTS = {
  answered: { status: 200, message: 'ok' },
  malformed: { status: 400, message: 'the request does not follow docs/wire.md' },
  unauthenticated: { status: 401, message: 'a bearer token for the audience flak is needed' },
  foreign: { status: 403, message: 'the token does not belong to a live tracer of this trace' },
  taken: { status: 409, message: 'the number belongs to another report; go on from newest' },
  finished: { status: 410, message: 'the trace takes no more reports' },
  'too-large': { status: 413, message: 'the report exceeds the bound' },
  'unsupported-encoding': { status: 415, message: 'the body must be uncompressed application/json' },
  failed: { status: 500, message: 'unexpected failure' },
  'try-later': { status: 503, message: 'not now' },
} as const;
export type ApiResult = keyof typeof API_RESULTS;

/** @param details further fields of the body, such as `newest` or `problems` */
export function sendError(response: Response, result: Exclude<ApiResult, 'answered'>, details: object = {}): void {
  const { status, message } = API_RESULTS[result];
  if (result === 'try-later') response.set('Retry-After', '1');
  if (result === 'unauthenticated') response.set('WWW-Authenticate', 'Bearer');
  response.status(status).json({ error: result, message, ...details });
}
