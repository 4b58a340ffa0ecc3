import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { ClientRequest, IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { bodyBudget } from '../../../webhook/body-budget.ts';

describe('the budget of bodies under way', () => {
  let server: Server;
  let exceeded: number;
  let arrived: number;
  let closed: number;

  beforeEach(async () => {
    exceeded = 0;
    arrived = 0;
    closed = 0;
    const budget = bodyBudget({ limitBytes: 100, totalBytes: 250, onExceeded: () => (exceeded += 1) });
    // Otherwise express prints what a broken upload throws.
    const app = express().set('env', 'test');
    app.post('/', budget, (_request, response, next) => {
      arrived += 1;
      response.once('close', () => (closed += 1));
      next();
    });
    app.post('/', express.raw({ type: () => true, limit: 100 }), (_request, response) => void response.send('read'));
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Sends the headers and keeps the body back. */
  const begin = async (headers: Record<string, string>): Promise<ClientRequest> => {
    const before = arrived + exceeded;
    const { port } = server.address() as AddressInfo;
    const begun = request({ host: '127.0.0.1', port, method: 'POST', headers, agent: false });
    begun.on('error', () => undefined);
    begun.flushHeaders();
    while (arrived + exceeded === before) await new Promise((resolve) => setImmediate(resolve));
    return begun;
  };
  const statusOf = async (begun: ClientRequest): Promise<number | undefined> => {
    const [response] = (await once(begun, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };

  it('turns away what would not fit beside the others, and lets it in once one of them is answered', async () => {
    const held = [await begin({ 'Content-Length': '100' }), await begin({ 'Transfer-Encoding': 'chunked' })];
    equal(await statusOf(await begin({ 'Content-Length': '51' })), 503);
    const small = await begin({ 'Content-Length': '50' });
    small.end('x'.repeat(50));
    equal(await statusOf(small), 200);
    const before = closed;
    held[0]?.destroy();
    while (closed === before) await new Promise((resolve) => setImmediate(resolve));
    const next = await begin({ 'Content-Length': '100' });
    next.end('x'.repeat(100));
    equal(await statusOf(next), 200);
    deepEqual({ exceeded, arrived }, { exceeded: 1, arrived: 4 });
    held[1]?.destroy();
  });
});
