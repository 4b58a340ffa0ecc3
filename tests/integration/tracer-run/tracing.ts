/** A node with a pod, a store, and tracers between them as processes of their own. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Origin, RecordedReport } from '../../../profile/recording.ts';
import { createTraceServer, RUNNING, tracerToken, type TraceServer } from '../wire/trace-server.ts';
import { openNodeStage, type NodeStage } from './node-stage.ts';

const MAIN = join(import.meta.dirname, '../../../tracer/main.ts');
export const GATE_ARGS = ['/bin/gate', '--opening=/gate/open', '--timeout=60'];

export interface Tracing {
  readonly node: NodeStage;
  readonly server: TraceServer;
  /** @param output `pipe`: for a test that reads what it prints */
  startTracer(environment?: Readonly<Record<string, string>>, output?: 'inherit' | 'pipe'): ChildProcess;
  /** What the store has; a refusal fails the test. */
  stored(): RecordedReport | undefined;
  close(): Promise<void>;
}

/** The target runs, as far as the control plane knows. */
export async function openTracing(): Promise<Tracing> {
  const tracers: ChildProcess[] = [];
  const server = await createTraceServer();
  const node = await openNodeStage();
  server.tokens.set('genuine', tracerToken('tracer-a', 'uid-a'));
  server.pods.tracers.set('tracer-a', { uid: 'uid-a', targetUid: node.podUid });
  server.pods.set(node.podUid, RUNNING);
  server.announce('genuine');
  return {
    node,
    server,
    startTracer: (environment = {}, output = 'inherit') => {
      const env = {
        ...process.env,
        ...node.environment,
        FLAK_ENDPOINT_DIR: server.endpointDir,
        FLAK_TOKEN_FILE: server.tokenFile,
        FLAK_LOG_LEVEL: 'warn',
        ...environment,
      };
      const tracer = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', output, output] });
      tracers.push(tracer);
      return tracer;
    },
    stored: () => {
      const report = server.state.traces.get(node.podUid)?.report;
      assert.ok(report?.kind !== 'refused', JSON.stringify(report));
      return report;
    },
    close: async () => {
      for (const tracer of tracers) {
        if (tracer.exitCode !== null || tracer.signalCode !== null) continue;
        tracer.kill('SIGKILL');
        await once(tracer, 'exit');
      }
      await node.dispose();
      await server.close();
    },
  };
}

/** Generous: nothing here is about speed. Longer would outlive the test that waits. */
const LIMIT_MS = 60_000;

export async function until(what: () => boolean): Promise<void> {
  const limitAtMs = performance.now() + LIMIT_MS;
  while (!what()) {
    assert.ok(performance.now() < limitAtMs, `waited in vain: ${what.toString()}`);
    await delay(10);
  }
}

/** Numbers that containers of this name have called natively as that origin. */
export function calledBy(report: RecordedReport | undefined, name: string, by: Origin = 'startup'): number[] {
  const own = (report?.containers ?? []).filter((container) => container.name === name);
  const entries = own.flatMap((container) => container.entries.filter(({ origin }) => origin === by));
  const numbers = entries.flatMap(({ calls }) => calls.map(({ nr }) => nr));
  return [...new Set(numbers)].sort((a, b) => a - b);
}
