/** `kubectl get --watch` as a stream of events. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FlakCluster } from './flak-cluster.ts';

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

export interface Watch {
  stop(): Promise<void>;
}

/** How long a watch needs to be under way before anything is changed. */
const STARTS_MS = 1500;

/** Watches what `kubectl get <args>` lists; it is under way when this returns. `onEvent` gets each event once. */
export async function watchObjects<T>(
  flak: FlakCluster,
  args: readonly string[],
  onEvent: (event: WatchEvent<T>) => void,
): Promise<Watch> {
  const format = ['--watch', '--output-watch-events', '-o', 'jsonpath={@}{"\\n"}'];
  const kubectl = [`--kubeconfig=${flak.cluster.kubeconfig}`, 'get', ...args, ...format];
  const child = spawn(flak.cluster.kubectl, kubectl, { stdio: ['ignore', 'pipe', 'inherit'] });
  // Not at its exit: lines that it has written may still be in the pipe.
  const closed = once(child, 'close');
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onEvent(JSON.parse(line) as WatchEvent<T>);
  });
  await sleep(STARTS_MS);
  return {
    async stop() {
      child.kill();
      await closed;
    },
  };
}
