/** A replica of the control plane as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePorts } from '../apiserver.ts';

export interface ReplicaProcess {
  readonly httpsPort: number;
  /** As the kubelet asks it. */
  isReady(): Promise<boolean>;
  /** Tells it to end. */
  terminate(): void;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  log(): string;
}

export async function startReplicaProcess(kubeconfig: string, name: string): Promise<ReplicaProcess> {
  const [httpsPort, metricsPort] = await freePorts();
  const child = spawn(process.execPath, ['webhook/main.ts'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      FLAK_KUBECONFIG: kubeconfig,
      FLAK_GATE_IMAGE: 'ghcr.io/flak-dev/flak-gate:0.1.0',
      FLAK_TRACER_IMAGE: 'ghcr.io/flak-dev/flak-tracer:0.1.0',
      FLAK_HTTPS_PORT: String(httpsPort),
      FLAK_METRICS_PORT: String(metricsPort),
      POD_NAME: name,
    },
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    httpsPort,
    isReady: async () => {
      const answer = await fetch(`http://127.0.0.1:${metricsPort}/readyz`).catch(() => undefined);
      return answer?.status === 200;
    },
    terminate: () => {
      child.kill('SIGTERM');
    },
    ended: once(child, 'exit').then(([code]: unknown[]) => code as number | null),
    log: () => Buffer.concat(chunks).toString(),
  };
}
