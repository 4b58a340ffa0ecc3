/** A command that ends within its time, with all that it started in its process group. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 50;

export interface BoundedEnd {
  /** Of the command; 128 + the signal's number where one ended it. */
  readonly code: number;
  readonly overran: boolean;
  /** Whether SIGINT, SIGTERM or SIGHUP came to us meanwhile. */
  readonly interrupted: boolean;
}

/**
 * Runs a command with our output and without input. After `limitMs` its whole process group is told to end, so that who has started groups
 * of its own can end them, and what is left of it is killed `graceMs` later: a test that waits in a synchronous call is out of reach of mocha's
 * own timeout. SIGINT, SIGTERM and SIGHUP that we get are passed on to the group.
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
  const seen = { overran: false, interrupted: false };
  const signalGroup = (signal: NodeJS.Signals | 0): boolean => child.pid !== undefined && signalled(-child.pid, signal);
  let last: NodeJS.Timeout | undefined;
  const limit = setTimeout(() => {
    seen.overran = true;
    signalGroup('SIGTERM');
    last = setTimeout(() => signalGroup('SIGKILL'), graceMs);
  }, limitMs);
  const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const passOn = (signal: NodeJS.Signals): void => {
    seen.interrupted = true;
    signalGroup(signal);
  };
  for (const signal of passedOn) process.on(signal, passOn);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (own, signal) => {
        resolve(own ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
    // What the command had started may take no notice, and hold our output open. Bounded: where nobody reaps it, it stays as a zombie.
    for (let waitedMs = 0; seen.overran && waitedMs < 2 * graceMs && signalGroup(0); waitedMs += LOOK_MS)
      await sleep(LOOK_MS);
    return { code, ...seen };
  } finally {
    clearTimeout(limit);
    clearTimeout(last);
    for (const signal of passedOn) process.off(signal, passOn);
  }
}

/** @param signal 0 asks only. @returns false where there is no such process or group any more */
function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
