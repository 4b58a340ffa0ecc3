import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Router } from 'express';
import { caBundle, DEFAULT_LIVES, type CertificateState } from '../../../certs/certificate-state.ts';
import { issueState } from '../../../certs/issue-state.ts';
import { certificateLoader, createControlPlaneServer, listenUntil } from '../../../webhook/server.ts';
import { createLog } from '../../../webhook/telemetry/log.ts';

const NAME = 'flak.flak-system.svc';

describe("the control plane's server", function () {
  let states: CertificateState[];
  before(async () => {
    const settings = { lives: DEFAULT_LIVES, names: [NAME] };
    states = [await issueState(settings, Date.now()), await issueState(settings, Date.now())];
  });

  function routes(): Router[] {
    const first = Router();
    first.get('/first', (_request, response) => void response.send('first'));
    const second = Router();
    second.get('/second', (_request, response) => void response.send('second'));
    second.get('/slow', (_request, response) => {
      setTimeout(() => response.send('slow'), 200);
    });
    second.get('/broken', () => {
      throw new Error('the secret is 42');
    });
    return [first, second];
  }

  async function withServer(
    check: (served: {
      port: number;
      use: (state: CertificateState) => void;
      logged: string[];
      abort: AbortController;
      leaving: AbortController;
      closed: Promise<void>;
    }) => Promise<void>,
  ): Promise<void> {
    const logged: string[] = [];
    const log = createLog('debug', { write: (line) => void logged.push(line) });
    const server = createControlPlaneServer({ routers: routes(), log });
    const abort = new AbortController();
    const leaving = new AbortController();
    const { closed } = await listenUntil(server, 0, { leaving: leaving.signal, closing: abort.signal });
    const load = certificateLoader(server, log);
    try {
      await check({
        port: (server.address() as AddressInfo).port,
        use: ({ serving }) => {
          load(serving);
        },
        logged,
        abort,
        leaving,
        closed,
      });
    } finally {
      abort.abort();
      await closed;
    }
  }

  async function get(port: number, path: string, ca: string, agent: Agent | false = false) {
    const options = { host: '127.0.0.1', port, path, ca, servername: NAME, agent };
    const [response] = (await once(request(options).end(), 'response')) as [IncomingMessage];
    return { status: response.statusCode, text: Buffer.concat(await response.toArray()).toString(), response };
  }

  const bundle = (index: number): string => caBundle(states[index] ?? assert.fail());

  it('answers by whichever router knows the path, and 404 where none does', async () => {
    await withServer(async ({ port, use }) => {
      use(states[0] ?? assert.fail());
      assert.equal((await get(port, '/first', bundle(0))).text, 'first');
      assert.equal((await get(port, '/second', bundle(0))).text, 'second');
      assert.equal((await get(port, '/third', bundle(0))).status, 404);
    });
  });

  it('logs a failure and tells nothing of it to the outside', async () => {
    await withServer(async ({ port, use, logged }) => {
      use(states[0] ?? assert.fail());
      const { status, text, response } = await get(port, '/broken', bundle(0));
      assert.deepEqual([status, text], [500, 'internal error']);
      assert.equal(response.headers['x-powered-by'], undefined);
      assert.ok(logged.join('').includes('the secret is 42'));
    });
  });

  it('fails every handshake until it has a certificate', async () => {
    await withServer(async ({ port, use }) => {
      await assert.rejects(get(port, '/first', bundle(0)));
      use(states[0] ?? assert.fail());
      assert.equal((await get(port, '/first', bundle(0))).status, 200);
    });
  });

  it('serves the next certificate to new connections and goes on answering on old ones', async () => {
    await withServer(async ({ port, use, logged }) => {
      const kept = new Agent({ keepAlive: true });
      use(states[0] ?? assert.fail());
      assert.equal((await get(port, '/first', bundle(0), kept)).status, 200);
      use(states[1] ?? assert.fail());
      use(states[1] ?? assert.fail());
      assert.equal((await get(port, '/first', bundle(0), kept)).status, 200);
      assert.equal((await get(port, '/first', bundle(1))).status, 200);
      await assert.rejects(get(port, '/first', bundle(0)));
      assert.equal(logged.filter((line) => line.includes('loaded a serving certificate')).length, 2);
      kept.destroy();
    });
  });

  it('ends each connection with its next answer once it leaves, and goes on taking new ones', async () => {
    await withServer(async ({ port, use, leaving }) => {
      use(states[0] ?? assert.fail());
      const kept = new Agent({ keepAlive: true });
      const connection = async (): Promise<string | undefined> => {
        const { status, response } = await get(port, '/first', bundle(0), kept);
        assert.equal(status, 200);
        return response.headers.connection;
      };
      assert.equal(await connection(), 'keep-alive');
      leaving.abort();
      assert.equal(await connection(), 'close');
      assert.equal(await connection(), 'close');
      kept.destroy();
    });
  });

  it('lets an answer under way go out when it closes, and has closed only then', async () => {
    await withServer(async ({ port, use, abort, closed }) => {
      use(states[0] ?? assert.fail());
      let over = false;
      void closed.then(() => (over = true));
      const answer = get(port, '/slow', bundle(0)).then(({ text }) => {
        assert.ok(!over);
        return text;
      });
      await delay(100);
      abort.abort();
      assert.equal(await answer, 'slow');
      await closed;
    });
  });

  it('rejects when its port is taken', async () => {
    await withServer(async ({ port }) => {
      const log = createLog('error', { write: () => undefined });
      const never = new AbortController().signal;
      const second = createControlPlaneServer({ routers: [], log });
      await assert.rejects(listenUntil(second, port, { leaving: never, closing: never }), { code: 'EADDRINUSE' });
    });
  });
});
