/** Bounds what is buffered of requests that anybody who reaches the port may send, whoever they are. */
import type { RequestHandler } from 'express';

export interface BodyBudget {
  /** The largest single body; one of unknown length counts as this. */
  readonly limitBytes: number;
  /** Of all bodies together, from their headers until they are answered. */
  readonly totalBytes: number;
  readonly onExceeded: () => void;
}

/**
 * Answers 503 to a request whose body wouldn't fit beside those under way; the API server takes that for a webhook that
 * could not be asked. Bytes are counted, not requests: hundreds of reviews of some kilobytes come at once when a
 * Deployment is scaled, and none of them may be turned away.
 */
export function bodyBudget({ limitBytes, totalBytes, onExceeded }: BodyBudget): RequestHandler {
  let takenBytes = 0;
  return (request, response, next) => {
    const declared = Number(request.headers['content-length'] ?? limitBytes);
    // A longer one is refused by its header, before any of it is read.
    const bytes = declared <= limitBytes ? declared : 0;
    if (takenBytes + bytes > totalBytes) {
      onExceeded();
      response.status(503).set('Connection', 'close').type('text/plain').send('Too much is under way');
      return;
    }
    takenBytes += bytes;
    response.once('close', () => {
      takenBytes -= bytes;
    });
    next();
  };
}
