/** A real program, recorded and replayed: what to run, and what to do with it meanwhile. */
import type { ChildProcess } from 'node:child_process';
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { within } from '../../within.ts';

export interface Program {
  readonly name: string;
  /** Debian packages that it comes in. */
  readonly packages: readonly string[];
  /** Who it runs as; root unless said. */
  readonly user?: string;
  /** Makes ready what it needs in its folder. */
  readonly prepare?: (folder: string) => void;
  /** Runs to its end, or serves until SIGTERM where it has a `load`. */
  readonly command: (folder: string) => readonly string[];
  readonly load?: Load;
  /** Why it can't be recorded whole: part of it happens without system calls. */
  readonly partial?: 'io-uring';
}

export interface Load {
  readonly port: number;
  /** Everything that it is meant to serve. */
  readonly run: (folder: string) => Promise<void>;
}

const PATIENCE_MS = 60_000;

/** Waits until the program serves, lets it work, and asks it to end: by a signal to Flak, which forwards it. */
export async function serveOnce({ load }: Program, folder: string, flak: ChildProcess): Promise<void> {
  if (!load) return;
  await listening(load.port);
  try {
    await load.run(folder);
  } finally {
    flak.kill('SIGTERM');
  }
}

async function listening(port: number): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    if (await accepts(port)) return;
    await sleep(100);
  }
  throw new Error(`nobody listens on port ${port}`);
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => {
      answer(true);
    });
    socket.once('error', () => {
      answer(false);
    });
  });
}

/** Runs a client until it is served, where listening comes before serving. @throws with what it printed last */
export async function clientOnceServed(program: string, ...args: string[]): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await client(program, ...args);
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(100);
    }
  }
}

/** Runs a client to its end. @throws with what it printed */
export async function client(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, within(PATIENCE_MS));
  return stdout;
}
