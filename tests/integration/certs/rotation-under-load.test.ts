/** Two replicas, one store, lives of seconds, and a stream of reviews over real TLS while everything is rotated. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import type { CertificateState } from '../../../certs/certificate-state.ts';
import { keepCertificates, type Announcement } from '../../../certs/rotation.ts';
import { certificateLoader, createControlPlaneServer, listenUntil } from '../../../webhook/server.ts';
import { createLog } from '../../../webhook/telemetry/log.ts';
import { recordFigure } from '../../figure.ts';
import { MemoryStore } from '../../unit/certs/memory-store.ts';
import { requestingPod } from '../../unit/webhook/admission/admission-fixtures.ts';
import { admissionDeps, reviewOf, type ReviewAnswer } from '../../unit/webhook/admission/review-server.ts';
import { admissionRouter } from '../../../webhook/admission/server.ts';

const NAME = 'flak.flak-system.svc';
/** A certificate is made anew when a third of its life is left: time enough for two keys to be made beside the reviews. */
const LIVES = { authorityMs: 30_000, servingMs: 16_000, settleMs: 3200, backdateMs: 2000 };
const RUN_MS = 64_000;
/** How late the API server in this test sees a new bundle: well below the settling time, as in a cluster. */
const PROPAGATION_MS = 1600;

/** The webhook configuration: one bundle for all, which its reader sees a little later. */
class WebhookConfiguration {
  seen = '';
  #written = '';

  announce(bundle: string): Promise<Announcement> {
    if (bundle === this.#written) return Promise.resolve('unchanged');
    this.#written = bundle;
    setTimeout(() => (this.seen = bundle), PROPAGATION_MS);
    return Promise.resolve('changed');
  }
}

describe('while certificates are rotated under a stream of reviews', function () {
  this.timeout(RUN_MS + 30_000);
  const abort = new AbortController();
  const configuration = new WebhookConfiguration();
  const store = new MemoryStore();
  const failures: unknown[] = [];
  const ports: number[] = [];
  const keeping: Promise<void>[] = [];

  before(async () => {
    for (let replica = 0; replica < 2; replica++) ports.push(await startReplica());
    while (configuration.seen === '') await sleep(50);
  });
  after(async () => {
    abort.abort();
    await Promise.all(keeping);
  });

  async function startReplica(): Promise<number> {
    const log = createLog('error', { write: (line) => void failures.push(line) });
    const server = createControlPlaneServer({ routers: [admissionRouter(admissionDeps())], log });
    await listenUntil(server, 0, { leaving: abort.signal, closing: abort.signal });
    const load = certificateLoader(server, log);
    const first = Promise.withResolvers<undefined>();
    keeping.push(
      keepCertificates(
        {
          lives: LIVES,
          names: [NAME],
          store,
          announce: (bundle) => configuration.announce(bundle),
          serve: (state: CertificateState) => {
            load(state.serving);
            first.resolve(undefined);
          },
          onFailure: (error) => void failures.push(error),
          clock: { now: Date.now, sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined) },
          checkEveryMs: 100,
          retryMs: 50,
        },
        abort.signal,
      ),
    );
    await first.promise;
    return (server.address() as AddressInfo).port;
  }

  /** @returns the serial of the certificate that was served */
  async function review(port: number, agent: Agent | false): Promise<string> {
    const options: RequestOptions = {
      port,
      host: '127.0.0.1',
      path: '/mutate',
      method: 'POST',
      servername: NAME,
      ca: configuration.seen,
      headers: { 'Content-Type': 'application/json' },
      agent,
    };
    const outgoing = request(options).end(JSON.stringify(reviewOf(requestingPod())));
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    assert.ok(response.socket instanceof TLSSocket);
    const { serialNumber } = response.socket.getPeerCertificate();
    const answer = JSON.parse(Buffer.concat(await response.toArray()).toString()) as ReviewAnswer;
    assert.equal(answer.response.patchType, 'JSONPatch');
    return serialNumber;
  }

  it('none fails, on new connections and on ones that are kept', async function () {
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    const serials = new Set<string>();
    let reviews = 0;
    const until = Date.now() + RUN_MS;
    while (Date.now() < until) {
      for (const port of ports) {
        serials.add(await review(port, false));
        await review(port, kept);
        reviews += 2;
      }
      await sleep(20);
    }
    kept.destroy();
    const authorities = new Set(
      store.history.flatMap((state) => state?.authorities.map(({ certificatePem }) => certificatePem) ?? []),
    );
    recordFigure(this, `${reviews} reviews, ${authorities.size} authorities, ${serials.size} serving certificates`);
    assert.deepEqual(failures, []);
    assert.ok(authorities.size >= 3, 'too few authorities came and went to prove anything');
    assert.ok(serials.size >= 4, 'too few certificates were served to prove anything');
  });

  it('all that was stored can be verified by the bundle stored with it', () => {
    for (const state of store.history) {
      assert.ok(state !== undefined);
      const serving = new X509Certificate(state.serving.certificatePem);
      const keys = state.authorities.map(({ certificatePem }) => new X509Certificate(certificatePem).publicKey);
      assert.ok(keys.some((key) => serving.verify(key)));
    }
  });
});
