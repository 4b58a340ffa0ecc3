/** A command that ends within its time, with all that it started in its process group. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

export interface BoundedEnd {
  /** Of the command; 128 + the signal's number where one ended it. */
  readonly code: number;
  readonly overran: boolean;
  /** Whether SIGINT or SIGTERM came to us meanwhile. */
  readonly interrupted: boolean;
}

/**
 * Runs a command with our output and without input. After `limitMs` its whole process group is told to end, which passes it on to what has
 * groups of its own, and is killed `graceMs` later: a test that waits in a synchronous call is out of reach of mocha's own timeout. SIGINT and
 * SIGTERM that we get are passed on to the group.
 */
export async function runBounded(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  limitMs: number,
  graceMs = 15_000,
): Promise<BoundedEnd> {
  const [program, ...rest] = command;
  if (program === undefined) throw new Error('an empty command');
  const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'], env: environment, detached: true });
  let overran = false;
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, signal);
  };
  let last: NodeJS.Timeout | undefined;
  const limit = setTimeout(() => {
    overran = true;
    signalGroup('SIGTERM');
    last = setTimeout(() => {
      signalGroup('SIGKILL');
    }, graceMs);
  }, limitMs);
  const passedOn = ['SIGINT', 'SIGTERM'] as const;
  let interrupted = false;
  const passOn = (signal: NodeJS.Signals): void => {
    interrupted = true;
    signalGroup(signal);
  };
  for (const signal of passedOn) process.on(signal, passOn);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), overran, interrupted });
      });
    });
  } finally {
    clearTimeout(limit);
    clearTimeout(last);
    for (const signal of passedOn) process.off(signal, passOn);
  }
}
