/** Entry point of a replica of the control plane. */
import { z } from 'zod';
import { systemClock } from './clock.ts';
import { parseConfiguration } from './configuration.ts';
import type { Configuration } from './configuration.ts';
import { runControlPlane } from './control-plane.ts';
import { createKubeApi } from './kube/client.ts';
import type { KubeApi } from './kube/client.ts';
import { KINDS } from './kube/kinds.ts';
import { attempt } from './kube/outcome.ts';
import { objectPath } from './kube/resource.ts';
import { FLAK_NAMESPACE, OBJECTS } from './names.ts';
import { createLog } from './telemetry/log.ts';
import { createRegistry } from './telemetry/metrics.ts';

const deploymentSchema = z.object({ metadata: z.object({ uid: z.string() }) });
const RETRY_MS = 2000;

/** By its UID an uninstall marker is told from one that an earlier installation left. Asked for until the API server answers. */
async function findDeploymentUid({ request }: KubeApi, signal: AbortSignal): Promise<string | null> {
  const path = objectPath(KINDS.deployments, FLAK_NAMESPACE, OBJECTS.deployment);
  while (!signal.aborted) {
    const read = await attempt(() => request({ method: 'GET', path }));
    if (read.kind === 'ok') return deploymentSchema.parse(read.value).metadata.uid;
    if (read.kind !== 'try-later') return null;
    await systemClock.sleep(RETRY_MS, signal);
  }
  return null;
}

async function run(configuration: Configuration, signal: AbortSignal): Promise<void> {
  const log = createLog(configuration.logLevel);
  const { kubeconfig } = configuration;
  const kube = createKubeApi(kubeconfig === null ? { kind: 'in-cluster' } : { kind: 'kubeconfig', path: kubeconfig });
  try {
    const deploymentUid = await findDeploymentUid(kube, signal);
    const registry = createRegistry();
    await runControlPlane({ configuration, kube, clock: systemClock, log, registry, deploymentUid }, signal);
    log.info('ended');
  } catch (err) {
    log.error({ err }, 'the control plane ended unexpectedly');
    process.exitCode = 1;
  }
}

const parsed = parseConfiguration(process.env);
if (parsed.kind === 'invalid') {
  process.stderr.write(`The configuration has mistakes:\n${parsed.mistakes.map((line) => `  ${line}\n`).join('')}`);
  process.exitCode = 1;
} else {
  const ending = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.once(name, () => {
      ending.abort();
    });
  await run(parsed.configuration, ending.signal);
  // Sockets that others keep alive would hold the process; everything of ours has ended.
  process.exit();
}
