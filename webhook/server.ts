/** The one HTTPS server of the control plane: admission, the tracers' API and the uninstall hook share its port. */
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import express, { type ErrorRequestHandler, type RequestHandler, type Router } from 'express';
import type { Logger } from 'pino';
import type { KeyedCertificate } from '../certs/certificate-state.ts';

export interface ServerDeps {
  /** Each brings its own paths, body limits and error answers. */
  readonly routers: readonly Router[];
  readonly log: Logger;
}

/**
 * Idle connections outlive those of the API server's webhook client (90 s, Go's http.Transport in client-go), so that it is never us
 * who close one just as a review is sent on it. A request has to arrive within 30 s; answers may take longer (long polls).
 */
const KEEP_ALIVE_MS = 120_000;
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** As many as there may be long polls, and the API servers beside them. */
const MAX_CONNECTIONS = 5000;
/** Answers under way at the end get this long before they are cut. */
const DRAIN_MS = 5000;

/**
 * Not listening yet. Without a certificate every handshake fails: `useCertificate` gives it one, and the next one when that is
 * rotated, for all connections made from then on.
 */
export function createControlPlaneServer({ routers, log }: ServerDeps): Server {
  const app = express().disable('x-powered-by').disable('etag');
  for (const router of routers) app.use(router);
  app.use(answerUnknownPath, answerFailure(log));
  const server = createServer(
    {
      minVersion: 'TLSv1.2',
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      noDelay: true,
    },
    app,
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on('tlsClientError', (error: Error, socket: Socket) => {
    log.debug({ err: error, remote: socket.remoteAddress }, 'a TLS handshake failed');
  });
  return server;
}

/** @returns a function that takes each state as it comes and loads the certificate where it has changed */
export function certificateLoader(server: Server, log: Logger): (certificate: KeyedCertificate) => void {
  let loaded = '';
  return ({ certificatePem, keyPem }) => {
    if (certificatePem === loaded) return;
    server.setSecureContext({ cert: certificatePem, key: keyPem, minVersion: 'TLSv1.2' });
    loaded = certificatePem;
    log.info('loaded a serving certificate');
  };
}

export interface ServerLife {
  /** From then on each answer ends its connection: a client that keeps connections dials anew, and reaches a replica that stays. */
  readonly leaving: AbortSignal;
  /** From then on no connection is taken, and answers under way go out. */
  readonly closing: AbortSignal;
}

/**
 * Rejects when the port can't be had.
 * @returns once it listens; `closed` resolves when the last answer has gone out, or was cut
 */
export async function listenUntil(
  server: Server,
  port: number,
  { leaving, closing }: ServerLife,
): Promise<{ readonly closed: Promise<void> }> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  server.prependListener('request', (_request, response) => {
    if (leaving.aborted) response.setHeader('Connection', 'close');
  });
  server.listen(port, () => {
    resolve(undefined);
  });
  await promise;
  server.off('error', reject);
  return { closed: closeAt(server, closing) };
}

function closeAt(server: Server, closing: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    server.once('close', resolve);
    const close = (): void => {
      // Closes idle connections too.
      server.close();
      setTimeout(() => {
        server.closeAllConnections();
      }, DRAIN_MS).unref();
    };
    closing.addEventListener('abort', () => {
      // Behind the next turn of reading: a connection on which a review has arrived isn't idle.
      setImmediate(close);
    });
  });
}

const answerUnknownPath: RequestHandler = (_request, response) => {
  response.status(404).type('text/plain').send('not found');
};

/** Whatever a router let through: logged here, and nothing of it told to the outside. */
function answerFailure(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    log.error({ err: error }, 'a request failed');
    if (response.headersSent) next(error);
    else response.status(500).type('text/plain').send('internal error');
  };
}
