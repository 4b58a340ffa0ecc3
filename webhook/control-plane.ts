/** One replica of the control plane: put together, run, and ended in the right order. */
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Clock } from './clock.ts';
import { composeController } from './compose-controller.ts';
import { serveRouters } from './compose-serving.ts';
import type { Configuration } from './configuration.ts';
import type { Controller } from './controller/run.ts';
import { cachesSynced, createCaches, runCaches } from './kube/caches.ts';
import type { Caches } from './kube/caches.ts';
import type { KubeApi } from './kube/client.ts';
import { KINDS } from './kube/kinds.ts';
import { runElection } from './kube/lease.ts';
import { createLeaseView } from './kube/lease-view.ts';
import type { LeaseView } from './kube/lease-view.ts';
import { createReadinessProbe } from './kube/readiness-probe.ts';
import { createResource } from './kube/resource.ts';
import { FLAK_NAMESPACE, OBJECTS } from './names.ts';
import { addsGate } from './own-review.ts';
import { createReadiness } from './readiness.ts';
import type { Readiness } from './readiness.ts';
import { controllerMetrics } from './telemetry/controller-metrics.ts';
import type { ControllerMetrics } from './telemetry/controller-metrics.ts';
import { serveHealth } from './telemetry/health.ts';

export interface ControlPlaneDeps {
  readonly configuration: Configuration;
  readonly kube: KubeApi;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
  /** Of Flak's own Deployment; null when it runs outside of one. */
  readonly deploymentUid: string | null;
}

export interface ControlPlaneParts extends ControlPlaneDeps {
  readonly caches: Caches;
  readonly lease: LeaseView;
  readonly controller: Controller;
  readonly metrics: ControllerMetrics;
  readonly readiness: Readiness;
}

/**
 * After the end was asked for, reviews and reports are served so long: a Service goes on sending to a pod for a moment
 * after it was told to end, and API servers go on with the connections that they have. Each answer ends its connection
 * then, so that none is left to be cut with a review on it: the API server lets a pod pass whose review is cut.
 */
const LINGER_MS = 6000;

/** Runs until the signal is aborted and everything has come to its end. Rejects when a port can't be had. */
export async function runControlPlane(deps: ControlPlaneDeps, signal: AbortSignal): Promise<void> {
  const parts = assemble(deps);
  // Leading ends first, so that another replica takes over; serving and watching end a little later.
  const closing = new AbortController();
  const { configuration, registry } = deps;
  try {
    await serveHealth({ missing: parts.readiness.missing, registry }, configuration.metricsPort, closing.signal);
    await Promise.all([
      runCaches(parts.caches, closing.signal),
      serveRouters(parts, { leaving: signal, closing: closing.signal }),
      parts.readiness.run(signal),
      lead(parts, signal),
      linger(deps.clock, signal).then(() => {
        closing.abort();
      }),
    ]);
  } finally {
    closing.abort();
  }
}

async function linger({ sleep }: Clock, signal: AbortSignal): Promise<void> {
  const ended = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => {
    ended.resolve(undefined);
  });
  if (!signal.aborted) await ended.promise;
  await sleep(LINGER_MS, new AbortController().signal);
}

function assemble(deps: ControlPlaneDeps): ControlPlaneParts {
  const { configuration, kube, clock, log, registry, deploymentUid } = deps;
  const metrics = controllerMetrics(registry, {
    queueDepth: () => controller.depth(),
    tracers: () => caches.tracers.size(),
    leading: () => controller.leading(),
  });
  const caches = createCaches({
    ...kube,
    sleep: clock.sleep,
    random: Math.random,
    onTrouble: (reason) => {
      metrics.onWatchTrouble();
      log.warn({ reason }, 'a watch began anew');
    },
  });
  const lease = createLeaseView({ now: clock.now, deploymentUid });
  caches.lease.onChange((_name, record) => {
    lease.observe(record);
  });
  const controller = composeController({ ...deps, caches, lease, metrics });
  const readiness = createReadiness({
    probe: createReadinessProbe(kube.request),
    addsGate: (ca) => addsGate(configuration.httpsPort, ca),
    controllerAlive: lease.controllerAlive,
    cachesSynced: () => cachesSynced(caches),
    sleep: clock.sleep,
  });
  return { ...deps, caches, lease, controller, metrics, readiness };
}

async function lead(
  { kube, clock, log, configuration, controller }: ControlPlaneParts,
  signal: AbortSignal,
): Promise<void> {
  const election = {
    leases: createResource(kube.request, KINDS.leases),
    namespace: FLAK_NAMESPACE,
    name: OBJECTS.lease,
    identity: configuration.identity,
    ...clock,
  };
  const leadOnce = async (leading: AbortSignal): Promise<void> => {
    log.info('this replica leads');
    await controller.lead(leading);
    log.info('this replica no longer leads');
  };
  await runElection(election, leadOnce, signal);
}
