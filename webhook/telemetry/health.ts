/** The plain-HTTP port for the kubelet and Prometheus: `/healthz`, `/readyz`, `/metrics`. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Registry } from 'prom-client';

export interface HealthDeps {
  /** What is still missing, in words; ready when nothing is. */
  readonly missing: () => readonly string[];
  readonly registry: Registry;
}

/** Listens until the signal aborts. Rejects when the port can't be had. */
export async function serveHealth(deps: HealthDeps, port: number, signal: AbortSignal): Promise<Server> {
  const server = createServer({ requestTimeout: 10_000 }, answer(deps));
  server.listen({ port, signal });
  await once(server, 'listening');
  signal.addEventListener('abort', () => {
    server.closeAllConnections();
  });
  return server;
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

function answer(deps: HealthDeps): RequestListener {
  return (request, response) => {
    void findPage(request.url ?? '', deps)
      .catch((error: unknown) => plain(500, String(error)))
      .then(({ status, type, text }) => response.writeHead(status, { 'Content-Type': type }).end(text));
  };
}

async function findPage(url: string, { missing, registry }: HealthDeps): Promise<Page> {
  switch (url.replace(/\?.*/, '')) {
    case '/healthz':
      return plain(200, 'ok');
    case '/readyz': {
      const waitingFor = missing();
      return waitingFor.length === 0 ? plain(200, 'ok') : plain(503, `waiting for: ${waitingFor.join('; ')}`);
    }
    case '/metrics':
      return { status: 200, type: registry.contentType, text: await registry.metrics() };
    default:
      return plain(404, 'not found');
  }
}

function plain(status: number, text: string): Page {
  return { status, type: 'text/plain; charset=utf-8', text: `${text}\n` };
}
