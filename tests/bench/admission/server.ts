/**
 * One of the two servers that are compared, as a process of its own: `node server.ts flak|bare`.
 * Tells its parent `{port, caBundle}` once it listens, and `{rssBytes}` whenever it is asked.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { destination } from 'pino';
import { caBundle, DEFAULT_LIVES, type CertificateState } from '../../../certs/certificate-state.ts';
import { issueState } from '../../../certs/issue-state.ts';
import type { GateSettings } from '../../../webhook/admission/decide.ts';
import { patchToTrace } from '../../../webhook/admission/patch.ts';
import type { Pod } from '../../../webhook/admission/pod.ts';
import { admissionRouter } from '../../../webhook/admission/server.ts';
import { hmacCrypto } from '../../../webhook/admission/trace-id-crypto.ts';
import { issueTraceId } from '../../../webhook/admission/trace-id.ts';
import { certificateLoader, createControlPlaneServer } from '../../../webhook/server.ts';
import { admissionMetrics } from '../../../webhook/telemetry/admission-metrics.ts';
import { createLog } from '../../../webhook/telemetry/log.ts';
import { createRegistry } from '../../../webhook/telemetry/metrics.ts';

const NAMES = ['flak.flak-system.svc'];
const SETTINGS: GateSettings = { gateImage: 'gate:bench', gateTimeoutSeconds: 60, defaultMedium: 'hostPath' };
const crypto = hmacCrypto(() => Buffer.alloc(32, 7));

function flakServer({ serving }: CertificateState): Server {
  const log = createLog('info', destination('/dev/null'));
  const router = admissionRouter({
    cluster: {
      namespace: () => ({ labels: {}, terminating: false }),
      runtimeClass: () => undefined,
      podFailurePolicy: () => false,
    },
    condition: { controllerAlive: () => true, gateImageAvailable: () => true, uninstalling: () => false },
    crypto,
    now: Date.now,
    settings: () => SETTINGS,
    metrics: admissionMetrics(createRegistry()),
    log,
  });
  const server = createControlPlaneServer({ routers: [router], log });
  certificateLoader(server, log)(serving);
  return server;
}

interface TrustedReview {
  readonly request: { readonly uid: string; readonly object: Pod };
}

/** The floor: no framework, no checks, no log, no metric; the same patch from the same functions. */
function bareServer({ serving }: CertificateState): Server {
  const gate = { image: 'gate:bench', medium: 'hostPath', timeoutSeconds: 60, failClosed: false } as const;
  return createServer({ cert: serving.certificatePem, key: serving.keyPem }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { uid, object } = (JSON.parse(Buffer.concat(chunks).toString()) as TrustedReview).request;
      const subject = { namespace: 'shop', name: '', generateName: object.metadata.generateName ?? '' };
      const patch = JSON.stringify(patchToTrace(object, gate, issueTraceId(subject, Date.now(), crypto)));
      const answer = { uid, allowed: true, patchType: 'JSONPatch', patch: Buffer.from(patch).toString('base64') };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
    });
  });
}

const state = await issueState({ lives: DEFAULT_LIVES, names: NAMES }, Date.now());
const server = process.argv[2] === 'bare' ? bareServer(state) : flakServer(state);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.on('message', () => process.send?.({ rssBytes: process.memoryUsage.rss() }));
process.on('disconnect', () => {
  server.closeAllConnections();
  server.close();
});
process.send?.({ port: (server.address() as AddressInfo).port, caBundle: caBundle(state) });
