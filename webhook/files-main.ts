/** Entry point of the store of file-access lines: the Deployment `flak-files`, of which there is one replica. */
import { systemClock } from './clock.ts';
import { parseFilesConfiguration, type FilesConfiguration } from './files/configuration.ts';
import { serveFiles } from './files/serve-files.ts';
import { createKubeApi } from './kube/client.ts';
import { createLog } from './telemetry/log.ts';
import { createRegistry } from './telemetry/metrics.ts';

async function run(configuration: FilesConfiguration, signal: AbortSignal): Promise<void> {
  const log = createLog(configuration.logLevel);
  const { kubeconfig } = configuration;
  const kube = createKubeApi(kubeconfig === null ? { kind: 'in-cluster' } : { kind: 'kubeconfig', path: kubeconfig });
  try {
    await serveFiles({ configuration, kube, clock: systemClock, log, registry: createRegistry() }, signal);
    log.info('ended');
  } catch (err) {
    log.error({ err }, 'the store of lines ended unexpectedly');
    process.exitCode = 1;
  }
}

const parsed = parseFilesConfiguration(process.env);
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
