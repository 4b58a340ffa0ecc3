/** Wires what one HTTPS port serves: admission, the tracers' API, the uninstall hook, and the certificate for all three. */
import type { Router } from 'express';
import { caBundle, DEFAULT_LIVES } from '../certs/certificate-state.ts';
import { keepCertificates } from '../certs/rotation.ts';
import type { RotationDeps } from '../certs/rotation.ts';
import { admissionRouter } from './admission/server.ts';
import { hmacCrypto } from './admission/trace-id-crypto.ts';
import type { ControlPlaneParts } from './control-plane.ts';
import { isWaitingAtGate } from './controller/target-pod.ts';
import type { TargetPod } from './controller/target-pod.ts';
import type { Remaining } from './controller/uninstall.ts';
import { uninstallRouter } from './controller/uninstall-router.ts';
import { announceBundle, MUTATING_CONFIGURATIONS, SERVICES, VALIDATING_CONFIGURATIONS } from './kube/ca-bundle.ts';
import { cachesSynced } from './kube/caches.ts';
import type { Caches } from './kube/caches.ts';
import { SECRETS, secretStore } from './kube/certificate-secret.ts';
import { createClusterFacts } from './kube/cluster-facts.ts';
import { createFindPlacement } from './kube/find-placement.ts';
import { createFindUid } from './kube/find-uid.ts';
import { KINDS } from './kube/kinds.ts';
import { createLeaseMarks } from './kube/lease-marks.ts';
import { createPodView } from './kube/pod-view.ts';
import { createResource } from './kube/resource.ts';
import type { ResourceKind } from './kube/resource.ts';
import { createTokenReview } from './kube/token-review.ts';
import { createTraceState } from './kube/trace-state.ts';
import { FLAK_NAMESPACE, OBJECTS, SERVER_NAME } from './names.ts';
import { certificateLoader, createControlPlaneServer, listenUntil, type ServerLife } from './server.ts';
import { createAuthenticator } from './store/authenticate.ts';
import { traceApi } from './store/trace-api.ts';
import { admissionMetrics } from './telemetry/admission-metrics.ts';

/** A replica adopts what another one stored within this; far below the time that a new certificate is given to settle. */
const CERTIFICATE_TIMES = { checkEveryMs: 10_000, retryMs: 1000 } as const;

/** Serves until the last answer has gone out. Rejects when the port can't be had. */
export async function serveRouters(parts: ControlPlaneParts, life: ServerLife): Promise<void> {
  const signal = life.closing;
  const { configuration, log } = parts;
  // Signs trace-ids; it arrives with the first certificate, and without one no review can arrive.
  let traceIdKey = Buffer.alloc(0);
  const routers = [admission(parts, () => traceIdKey), reports(parts, signal), uninstall(parts, signal)];
  const server = createControlPlaneServer({ routers, log });
  const { closed } = await listenUntil(server, configuration.httpsPort, life);
  const load = certificateLoader(server, log);
  const serve: RotationDeps['serve'] = (state, announcement) => {
    traceIdKey = Buffer.from(state.traceIdKey, 'base64');
    load(state.serving);
    parts.readiness.certificateServed(caBundle(state), announcement !== 'incomplete');
  };
  await keepCertificates(certificates(parts, serve), signal);
  await closed;
}

function admission(parts: ControlPlaneParts, key: () => Buffer): Router {
  const { caches, clock, configuration, kube, lease, log, readiness, registry } = parts;
  const { image, medium, timeoutSeconds } = configuration.gate;
  return admissionRouter({
    cluster: createClusterFacts(kube.request, caches, clock.steadyMs),
    condition: {
      controllerAlive: lease.controllerAlive,
      gateImageAvailable: () => lease.avoidedGateImage()?.image !== image,
      uninstalling: () => lease.uninstallingSinceMs() !== null,
    },
    crypto: hmacCrypto(key),
    now: clock.now,
    settings: () => ({
      gateImage: image,
      gateTimeoutSeconds: timeoutSeconds,
      defaultMedium: medium === 'auto' ? readiness.defaultMedium() : medium,
    }),
    metrics: admissionMetrics(registry),
    log,
  });
}

function reports(parts: ControlPlaneParts, signal: AbortSignal): Router {
  const { caches, clock, kube, lease, log, metrics, readiness } = parts;
  const pods = createResource(kube.request, KINDS.pods);
  return traceApi({
    authenticate: createAuthenticator({ reviewToken: createTokenReview(kube.request), nowMs: clock.steadyMs }),
    pods: createPodView({
      caches,
      lease,
      synced: () => cachesSynced(caches),
      pods,
    }),
    findPlacement: createFindPlacement({
      caches,
      pods,
      profiles: createResource(kube.request, KINDS.syscallProfiles),
      clusterDefault: readiness.defaultMedium,
    }),
    traceState: createTraceState(createResource(kube.request, KINDS.configMaps)),
    signal,
    onResult: metrics.onApiResult,
    onFailure: (err) => {
      log.error({ err }, "a request of the tracers' API failed");
    },
  });
}

function uninstall(parts: ControlPlaneParts, signal: AbortSignal): Router {
  const { caches, clock, deploymentUid, kube, lease, log, metrics } = parts;
  const marks = createLeaseMarks(createResource(kube.request, KINDS.leases), clock.now);
  return uninstallRouter(
    {
      ...clock,
      findUid: createFindUid(kube.request),
      mark: () => marks.markUninstalling(deploymentUid),
      markedForMs: () => {
        const sinceMs = lease.uninstallingSinceMs();
        return sinceMs === null ? null : Math.max(0, clock.now() - sinceMs);
      },
      remaining: () => remainingIn(caches),
      onUninstall: (remaining) => {
        metrics.onUninstallReview('genuine');
        log.warn(remaining, 'Flak is being removed');
      },
      onBusy: () => {
        metrics.onUninstallReview('busy');
      },
      onIgnored: (deleted, why) => {
        metrics.onUninstallReview(why);
        log.warn({ ...deleted, why }, 'ignored a review that says Flak is being removed');
      },
    },
    signal,
  );
}

function remainingIn({ traced, asking, tracers }: Caches): Remaining {
  const pods = new Map([...traced.list(), ...asking.list()].map((pod) => [pod.uid, pod]));
  const count = (matches: (pod: TargetPod) => boolean): number => [...pods.values()].filter(matches).length;
  return {
    heldPods: count(({ held }) => held),
    closedGates: count((pod) => isWaitingAtGate(pod) && pod.signal.kind === 'none' && !pod.failClosed),
    tracers: tracers.size(),
  };
}

function certificates({ clock, kube, log }: ControlPlaneParts, serve: RotationDeps['serve']): RotationDeps {
  const resource = (kind: ResourceKind) => createResource(kube.request, kind);
  const readers = {
    mutating: resource(MUTATING_CONFIGURATIONS),
    validating: resource(VALIDATING_CONFIGURATIONS),
    configMaps: resource(KINDS.configMaps),
    services: resource(SERVICES),
  };
  return {
    store: secretStore(resource(SECRETS)),
    announce: (caBundle) => announceBundle(readers, caBundle),
    serve,
    onFailure: (error) => {
      log.warn({ reason: String(error) }, 'keeping the certificates failed');
    },
    lives: DEFAULT_LIVES,
    names: [SERVER_NAME, `${OBJECTS.startingService}.${FLAK_NAMESPACE}.svc`],
    clock,
    ...CERTIFICATE_TIMES,
  };
}
