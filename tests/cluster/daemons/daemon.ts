import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from '../layout.ts';
import type { ProcessIdentity } from './identity.ts';
import { parseIdentity } from './parse-identity.ts';
import { endProcesses, identify, isRunning } from './processes.ts';

/** A program that goes on running after this command has ended. */
export interface Daemon {
  /** Also the name of its log and of the file with its identity. */
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How long a daemon may take to end after SIGTERM before it is killed. */
const STOP_PATIENCE_MS = 5_000;

export function logOf(layout: Layout, name: string): string {
  return join(layout.logs, `${name}.log`);
}

/** Starts a daemon in a session of its own unless it runs already; its output is appended to its log. */
export function startDaemon(layout: Layout, daemon: Daemon): void {
  const known = readIdentity(layout, daemon.name);
  if (known !== undefined && isRunning(known)) return;
  mkdirSync(layout.daemons, { recursive: true });
  mkdirSync(layout.logs, { recursive: true });
  const log = openSync(logOf(layout, daemon.name), 'a');
  const [command = '', ...args] = daemon.argv;
  const child = spawn(command, args, {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log, log],
    env: { ...process.env, ...daemon.env },
  });
  closeSync(log);
  child.on('error', () => undefined); // no such program: pid stays undefined, said below
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined) throw new Error(`${command} can't be started`);
  child.unref();
  writeFileSync(identityFile(layout, daemon.name), JSON.stringify(identity));
}

/** Whether it was started and still runs. */
export function isDaemonRunning(layout: Layout, name: string): boolean {
  const identity = readIdentity(layout, name);
  return identity !== undefined && isRunning(identity);
}

/** Names of all daemons that were started and not stopped, whether they still run or not. */
export function recordedDaemons(layout: Layout): string[] {
  if (!existsSync(layout.daemons)) return [];
  return readdirSync(layout.daemons).map((file) => file.replace(/\.json$/, ''));
}

/** Stops daemons side by side and forgets them; names never started are no error. */
export async function stopDaemons(layout: Layout, names: readonly string[]): Promise<void> {
  const identities = names.map((name) => readIdentity(layout, name)).filter((identity) => identity !== undefined);
  await endProcesses(identities, STOP_PATIENCE_MS);
  for (const name of names) rmSync(identityFile(layout, name), { force: true });
}

/** The last lines of a daemon's log, for messages. */
export function logTail(layout: Layout, name: string, lines = 20): string {
  const log = logOf(layout, name);
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : '(no log)';
}

function identityFile(layout: Layout, name: string): string {
  return join(layout.daemons, `${name}.json`);
}

function readIdentity(layout: Layout, name: string): ProcessIdentity | undefined {
  const file = identityFile(layout, name);
  if (!existsSync(file)) return undefined;
  const identity = parseIdentity(readFileSync(file, 'utf8'));
  // Passing over it would leave its process running for good.
  if (identity === undefined) throw new Error(`${file} is not the identity of a process`);
  return identity;
}
