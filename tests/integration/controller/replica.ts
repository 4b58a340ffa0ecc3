/** A replica of the control plane inside the test's process, on ports of its own. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { systemClock } from '../../../webhook/clock.ts';
import { parseConfiguration } from '../../../webhook/configuration.ts';
import { runControlPlane } from '../../../webhook/control-plane.ts';
import { createKubeApi, type KubeApi } from '../../../webhook/kube/client.ts';

export interface Replica {
  /** What it has changed in the cluster so far, as `METHOD path`: all but Events, the Lease and what all targets share. */
  readonly writes: readonly string[];
  readonly stop: () => Promise<void>;
}

/** Below the ports that the kernel gives out by itself (32768 and up). */
let nextPort = 20_000 + (process.pid % 10_000);

export function startReplica(kubeconfig: string, identity: string): Replica {
  const ending = new AbortController();
  const parsed = parseConfiguration({
    FLAK_GATE_IMAGE: 'registry.example/gate:1',
    FLAK_TRACER_IMAGE: 'registry.example/tracer:1',
    FLAK_FLUSH_DEADLINE_SECONDS: '15',
    FLAK_HTTPS_PORT: String(nextPort++),
    FLAK_METRICS_PORT: String(nextPort++),
    FLAK_KUBECONFIG: kubeconfig,
    POD_NAME: identity,
  });
  if (parsed.kind === 'invalid') throw new Error(parsed.mistakes.join('\n'));
  const writes: string[] = [];
  const kube = noting(createKubeApi({ kind: 'kubeconfig', path: kubeconfig }), writes);
  const log = pino({ level: process.env['FLAK_TEST_LOG'] ?? 'silent' });
  const { configuration } = parsed;
  const registry = new Registry();
  const run = runControlPlane(
    { configuration, kube, clock: systemClock, log, registry, deploymentUid: null },
    ending.signal,
  );
  return {
    writes,
    stop: async () => {
      ending.abort();
      await run;
    },
  };
}

const OF_NO_TARGET =
  /\/(events|leases|secrets|tokenreviews|namespaces\/flak-probe\/pods)(\/|$)|webhookconfigurations|flak-endpoint/;

function noting(kube: KubeApi, writes: string[]): KubeApi {
  return {
    ...kube,
    request: (call) => {
      if (call.method !== 'GET' && !OF_NO_TARGET.test(call.path)) writes.push(`${call.method} ${call.path}`);
      return kube.request(call);
    },
  };
}
