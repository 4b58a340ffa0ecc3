import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { admissionMetrics } from '../../../../webhook/telemetry/admission-metrics.ts';
import { serveHealth } from '../../../../webhook/telemetry/health.ts';
import { createRegistry } from '../../../../webhook/telemetry/metrics.ts';

describe('the health port', () => {
  async function withPort(
    missing: string[],
    registry: Registry,
    check: (get: (path: string) => Promise<Response>) => Promise<void>,
  ): Promise<void> {
    const abort = new AbortController();
    const server = await serveHealth({ missing: () => missing, registry }, 0, abort.signal);
    const { port } = server.address() as AddressInfo;
    const closed = once(server, 'close');
    try {
      await check((path) => fetch(`http://127.0.0.1:${port}${path}`));
    } finally {
      abort.abort();
      await closed;
    }
  }

  it('is alive as soon as it answers, and ready once nothing is missing', async () => {
    const missing = ['certificate', 'leader'];
    await withPort(missing, new Registry(), async (get) => {
      assert.equal((await get('/healthz')).status, 200);
      const waiting = await get('/readyz?verbose');
      assert.deepEqual([waiting.status, await waiting.text()], [503, 'waiting for: certificate; leader\n']);
      missing.length = 0;
      assert.equal((await get('/readyz')).status, 200);
      assert.equal((await get('/')).status, 404);
    });
  });

  it("serves the registry's metrics, Node's own among them", async () => {
    const registry = createRegistry();
    admissionMetrics(registry).reviews.inc({ decision: 'trace', reason: 'gate-added' });
    await withPort([], registry, async (get) => {
      const response = await get('/metrics');
      assert.match(response.headers.get('Content-Type') ?? '', /^text\/plain; version=0\.0\.4/);
      const text = await response.text();
      assert.match(text, /^flak_admission_reviews_total\{decision="trace",reason="gate-added"\} 1$/m);
      assert.match(text, /^process_resident_memory_bytes \d+/m);
    });
  });

  it('answers 500 when a metric fails, and lives on', async () => {
    const registry = new Registry();
    registry.metrics = () => Promise.reject(new Error('collector broke'));
    await withPort([], registry, async (get) => {
      assert.equal((await get('/metrics')).status, 500);
      assert.equal((await get('/healthz')).status, 200);
    });
  });

  it('reports a port that is taken', async () => {
    const abort = new AbortController();
    const first = await serveHealth({ missing: () => [], registry: new Registry() }, 0, abort.signal);
    const { port } = first.address() as AddressInfo;
    await assert.rejects(serveHealth({ missing: () => [], registry: new Registry() }, port, abort.signal), {
      code: 'EADDRINUSE',
    });
    abort.abort();
  });
});
