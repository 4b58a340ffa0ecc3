/** Starts a command where the ledger watches, with this terminal, session and process group. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { Account } from './account.ts';

export interface LaunchOptions {
  /** The program that tracer/local/build.sh makes. */
  readonly launcher: string;
  /** Of the cgroup that the command shall run in. */
  readonly directory: string;
  readonly command: readonly string[];
  /** Null: whoever Flak runs as. */
  readonly account: Account | null;
  readonly environment: NodeJS.ProcessEnv;
  /** Descriptor of a file with a seccomp program to load right before the command is executed. */
  readonly filter?: number;
  /** Soft limit of open files; without it Node's own, which is the hard one. */
  readonly openFiles?: number | undefined;
  /** What the command prints goes to stderr with the rest, where stdout is for Flak's own result. */
  readonly stdoutToStderr?: boolean;
}

export type LaunchStep = 'arguments' | 'cgroup' | 'user' | 'filter' | 'command';

/** How a started command ended, as a shell puts it: its exit code, or 128 and the signal's number. */
export type CommandEnd =
  | { readonly kind: 'ended'; readonly code: number }
  /** It never ran. `errno` says why (errno(3)). */
  | { readonly kind: 'not-started'; readonly step: LaunchStep; readonly errno: number };

export interface RunningCommand {
  readonly end: Promise<CommandEnd>;
  /** Sends a signal to the command's own process. */
  signal(name: NodeJS.Signals): void;
}

/** @throws where the launcher itself is missing or can't be executed */
export async function launch(options: LaunchOptions): Promise<RunningCommand> {
  const { launcher, directory, command, account, environment, filter, openFiles, stdoutToStderr } = options;
  const wishes = [
    `--cgroup=${directory}/cgroup.procs`,
    ...(openFiles === undefined ? [] : [`--open-files=${openFiles}`]),
    ...(account ? [`--user=${[account.uid, account.gid, account.groups.join(',')].join(':')}`] : []),
    ...(filter === undefined ? [] : ['--filter']),
  ];
  const child = spawn(launcher, [...wishes, '--', ...command], {
    stdio: [
      'inherit',
      stdoutToStderr === true ? 2 : 'inherit',
      'inherit',
      'pipe',
      ...(filter === undefined ? [] : [filter]),
    ],
    env: { ...environment, ...account?.environment },
  });
  const exit = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const report = readAll(child.stdio[3] as Readable);
  return {
    end: Promise.all([exit, report]).then(([code, text]) => endOf(code, text)),
    signal: (name) => {
      child.kill(name);
    },
  };
}

function endOf(code: number, report: string): CommandEnd {
  const [, step, errno] = /^(\w+) (\d+)\n$/.exec(report) ?? [];
  if (step === undefined) return { kind: 'ended', code };
  return { kind: 'not-started', step: step as LaunchStep, errno: Number(errno) };
}

async function readAll(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
