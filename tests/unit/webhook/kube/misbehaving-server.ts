/** A small HTTP server that lists and watches like an API server, and misbehaves as it is told. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequest, createStream } from '../../../../webhook/kube/request.ts';

export interface MisbehavingServer {
  /** What the next list holds; each change counts up the resource version. */
  readonly objects: Map<string, number>;
  /** Called with each watch's answer, in turn; the last one for all further watches. */
  readonly watches: ((answer: ServerResponse, from: string) => void)[];
  readonly lists: () => number;
  /** Status with which the next lists are refused. */
  readonly refuseLists: number[];
  readonly request: ReturnType<typeof createRequest>;
  readonly stream: ReturnType<typeof createStream>;
  readonly close: () => Promise<void>;
}

export const NO_AUTHENTICATION = {
  getName: () => 'none',
  applySecurityAuthentication: () => undefined,
};

export function objectOf(name: string, version: number): object {
  return { metadata: { name, resourceVersion: String(version) } };
}

export function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

export async function startMisbehavingServer(): Promise<MisbehavingServer> {
  const objects = new Map<string, number>();
  const watches: MisbehavingServer['watches'] = [];
  const refuseLists: number[] = [];
  let lists = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://server');
    if (url.searchParams.get('watch') === 'true') {
      const behave = watches.length > 1 ? watches.shift() : watches[0];
      response.writeHead(200, { 'Content-Type': 'application/json' });
      behave?.(response, url.searchParams.get('resourceVersion') ?? '');
      return;
    }
    lists += 1;
    const status = refuseLists.shift();
    if (status !== undefined) {
      response.writeHead(status).end('{}');
      return;
    }
    // Two to a page, so that pages are followed.
    const all = [...objects].map(([name, version]) => objectOf(name, version));
    const start = Number(url.searchParams.get('continue') ?? 0);
    const rest = start + 2 < all.length ? { continue: String(start + 2) } : {};
    const resourceVersion = String(Math.max(0, ...objects.values()));
    response.end(JSON.stringify({ metadata: { resourceVersion, ...rest }, items: all.slice(start, start + 2) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    objects,
    watches,
    lists: () => lists,
    refuseLists,
    request: createRequest(url, NO_AUTHENTICATION),
    stream: createStream(url, NO_AUTHENTICATION),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
