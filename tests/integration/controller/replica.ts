/** A replica of the control plane inside the test's process, on ports of its own. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { systemClock } from '../../../webhook/clock.ts';
import { parseConfiguration } from '../../../webhook/configuration.ts';
import { runControlPlane } from '../../../webhook/control-plane.ts';
import { createKubeApi } from '../../../webhook/kube/client.ts';

export interface Replica {
  readonly stop: () => Promise<void>;
}

let nextPort = 20_000 + (process.pid % 20_000);

export function startReplica(kubeconfig: string, identity: string): Replica {
  const ending = new AbortController();
  const parsed = parseConfiguration({
    FLAK_GATE_IMAGE: 'registry.example/gate:1',
    FLAK_TRACER_IMAGE: 'registry.example/tracer:1',
    FLAK_FLUSH_DEADLINE_SECONDS: '5',
    FLAK_HTTPS_PORT: String(nextPort++),
    FLAK_METRICS_PORT: String(nextPort++),
    FLAK_KUBECONFIG: kubeconfig,
    POD_NAME: identity,
  });
  if (parsed.kind === 'invalid') throw new Error(parsed.mistakes.join('\n'));
  const kube = createKubeApi({ kind: 'kubeconfig', path: kubeconfig });
  const log = pino({ level: process.env['FLAK_TEST_LOG'] ?? 'silent' });
  const { configuration } = parsed;
  const registry = new Registry();
  const run = runControlPlane(
    { configuration, kube, clock: systemClock, log, registry, deploymentUid: null },
    ending.signal,
  );
  return {
    stop: async () => {
      ending.abort();
      await run;
    },
  };
}
