/** Every way a request to the store of lines can end: metric label, error code in the answer, and HTTP status at once. */
import type { Response } from 'express';

export const FILES_RESULTS = {
  answered: { status: 200, message: 'ok' },
  malformed: { status: 400, message: 'the request does not follow docs/files.md' },
  unauthenticated: { status: 401, message: 'a bearer token for the audience flak-files is needed' },
  foreign: { status: 403, message: 'the token is neither of a live tracer of this trace nor of a reader' },
  unknown: { status: 404, message: 'there is no such file' },
  conflict: { status: 409, message: 'other bytes are at this place, or those before it are missing' },
  'too-large': { status: 413, message: 'the chunk exceeds the bound' },
  'unsupported-encoding': { status: 415, message: 'the body must be uncompressed application/octet-stream' },
  failed: { status: 500, message: 'unexpected failure' },
  'try-later': { status: 503, message: 'not now' },
  full: { status: 507, message: 'there is no room for these lines' },
} as const;
export type FilesResult = keyof typeof FILES_RESULTS;

/** @param details further fields of the body, such as `size` or `scope` */
export function sendError(response: Response, result: Exclude<FilesResult, 'answered'>, details: object = {}): void {
  const { status, message } = FILES_RESULTS[result];
  if (result === 'try-later') response.set('Retry-After', '1');
  // Somebody has to remove files first, or the claim has to grow.
  if (result === 'full') response.set('Retry-After', '30');
  if (result === 'unauthenticated') response.set('WWW-Authenticate', 'Bearer');
  response.status(status).json({ error: result, message, ...details });
}
