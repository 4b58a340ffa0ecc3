/** The store of lines, put together: what it keeps on its claim, whom it asks, and how it is reached. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import { DEFAULT_LIVES } from '../../certs/certificate-state.ts';
import { keepCertificates } from '../../certs/rotation.ts';
import type { Clock } from '../clock.ts';
import { SERVICES } from '../kube/ca-bundle.ts';
import type { KubeApi } from '../kube/client.ts';
import { KINDS } from '../kube/kinds.ts';
import { createResource } from '../kube/resource.ts';
import { createTokenReview } from '../kube/token-review.ts';
import { FILES } from '../names.ts';
import { certificateLoader, createControlPlaneServer, listenUntil } from '../server.ts';
import { createTokenJudge } from '../store/authenticate.ts';
import { serveHealth } from '../telemetry/health.ts';
import { announceStore } from './announce-store.ts';
import type { FilesResult } from './answers.ts';
import { certificateFile } from './certificate-file.ts';
import type { FilesConfiguration } from './configuration.ts';
import { filesApi } from './files-api.ts';
import { createFindTracer } from './find-tracer.ts';
import { identifyForFiles } from './identify.ts';
import { openShelf, type Shelf } from './shelf.ts';

export interface ServeFilesDeps {
  readonly configuration: FilesConfiguration;
  readonly kube: KubeApi;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
}

const CERTIFICATE_TIMES = { checkEveryMs: 10_000, retryMs: 1000 } as const;

/** Runs until the signal is aborted and the last answer has gone out. Rejects when a port or the claim can't be had. */
export async function serveFiles(deps: ServeFilesDeps, signal: AbortSignal): Promise<void> {
  const { configuration, clock, log, registry } = deps;
  const announced = { is: false };
  const missing = (): string[] => (announced.is ? [] : ['the certificate is announced']);
  await serveHealth({ missing, registry }, configuration.metricsPort, signal);
  const shelf = await openShelf({
    root: join(configuration.root, 'traces'),
    limits: configuration.limits,
    nowMs: clock.now,
    onRemoved: ({ namespace, pod, uid }) => {
      log.warn({ namespace, pod, uid }, 'removed the files of the oldest trace to make room');
    },
  });
  const onResult = countResults(registry, shelf);
  const server = createControlPlaneServer({ routers: [router(deps, shelf, onResult)], log });
  const { closed } = await listenUntil(server, configuration.httpsPort, { leaving: signal, closing: signal });
  const load = certificateLoader(server, log);
  await keepCertificates(
    {
      store: certificateFile(join(configuration.root, 'certificates', 'state.json')),
      announce: (bundle) => announceStore(readers(deps), bundle),
      serve: (state) => {
        load(state.serving);
        announced.is = true;
      },
      onFailure: (error) => {
        log.warn({ reason: String(error) }, 'keeping the certificates failed');
      },
      lives: DEFAULT_LIVES,
      names: [FILES.serverName],
      clock,
      ...CERTIFICATE_TIMES,
    },
    signal,
  );
  await closed;
}

function router({ kube, clock, log }: ServeFilesDeps, shelf: Shelf, onResult: (result: FilesResult) => void) {
  const reviewToken = createTokenReview(kube.request, FILES.audience);
  return filesApi({
    shelf,
    authenticate: createTokenJudge({ reviewToken, nowMs: clock.steadyMs }, identifyForFiles),
    findTracer: createFindTracer(kube.request, clock.steadyMs),
    onResult,
    onFailure: (err) => {
      log.error({ err }, 'a request of the store of lines failed');
    },
  });
}

function readers({ kube }: ServeFilesDeps) {
  return {
    configMaps: createResource(kube.request, KINDS.configMaps),
    services: createResource(kube.request, SERVICES),
  };
}

function countResults(registry: Registry, shelf: Shelf): (result: FilesResult) => void {
  const requests = new Counter({
    name: 'flak_files_requests_total',
    help: 'Requests to the store of file-access lines, by how they ended.',
    labelNames: ['result'],
    registers: [registry],
  });
  new Gauge({
    name: 'flak_files_stored_bytes',
    help: 'Bytes of file-access lines on the claim.',
    registers: [registry],
    collect() {
      this.set(shelf.bytes());
    },
  });
  return (result) => {
    requests.inc({ result });
  };
}
