/** A server in a container, while a test asks it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Runtime } from '../../base-set/runtime.ts';
import { commandOf, runRuntime } from '../../base-set/runtime.ts';

const PATIENCE_MS = 30_000;
const TURN_MS = 20;

export interface Start {
  readonly runtime: Runtime;
  /** Folder for the runtime's own state. */
  readonly state: string;
  readonly bundle: string;
  readonly id: string;
  /** That the runtime, and so the container, is in from the beginning. */
  readonly cgroup?: string;
}

/** Disposal kills it, where it still runs. */
export interface ServerContainer extends AsyncDisposable {
  /** What it has printed, and the runtime. */
  output(): string;
  /** Waits until it accepts connections. @throws with its output where it ends before */
  listens(port: number): Promise<void>;
  /** Waits until it has said this. @throws with its output where it ends, or says nothing of it */
  says(words: RegExp): Promise<void>;
  /** Asks it to end (SIGTERM, which runtimes forward) and waits for that: its exit code, or 128 and more for a signal. */
  stop(): Promise<number>;
}

/** The end of the runtime is the end of the container, which it deletes then. */
export function startServer({ runtime, state, bundle, id, cgroup }: Start): ServerContainer {
  const command = commandOf(runtime, state, ['run', '--bundle', bundle, id]);
  const enter = cgroup === undefined ? '' : `echo $$ > ${cgroup}/cgroup.procs;`;
  const child = spawn('sh', ['-c', `${enter} exec "$@"`, 'enter', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const ended = once(child, 'close').then(([code, signal]) => (signal === null ? (code as number) : 128));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;

  async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (hasEnded() && !(await ended.then(isSo))) throw new Error(`${id} ended before it ${what}: ${printed}`);
      if (performance.now() > end) throw new Error(`${id} never ${what}: ${printed}`);
      await sleep(TURN_MS);
    }
  }
  const stop = (): Promise<number> => {
    child.kill('SIGTERM');
    return ended;
  };
  return {
    output: () => printed,
    listens: (port) => until('listened', () => accepts(port)),
    says: (words) => until(`said ${words}`, () => words.test(printed)),
    stop,
    async [Symbol.asyncDispose]() {
      if (!hasEnded()) runRuntime(runtime, state, ['delete', '--force', id]);
      await ended;
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
