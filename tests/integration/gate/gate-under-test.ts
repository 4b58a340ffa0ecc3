import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, rename, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const SOURCE = join(import.meta.dirname, '../../../init-image/gate.c');
/** The flags of init-image/Dockerfile, with the compiler that every development machine has. */
const FLAGS = ['-std=c11', '-D_POSIX_C_SOURCE=200809L', '-Wall', '-Wextra', '-Werror', '-static', '-Os', '-s'];

/** Compiles the gate into a new temporary directory; disposing removes it. */
export async function compileGate(): Promise<AsyncDisposable & { binary: string; directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'flak-gate-'));
  const binary = join(directory, 'gate');
  await promisify(execFile)('gcc', [...FLAGS, '-o', binary, SOURCE]);
  return { binary, directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}

export interface GateEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly endedAtMs: number;
}

export interface RunningGate {
  readonly pid: number;
  readonly end: Promise<GateEnd>;
  readonly isWaiting: () => boolean;
}

/** Starts the gate and returns once it has been executed; `end` settles when it has exited and its output was read. */
export async function startGate(binary: string, args: readonly string[]): Promise<RunningGate> {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const exited = once(child, 'exit').then(() => performance.now());
  const closed = once(child, 'close');
  await once(child, 'spawn');
  if (child.pid === undefined) throw new Error('the gate has no process id');
  return {
    pid: child.pid,
    isWaiting: () => child.exitCode === null && child.signalCode === null,
    end: Promise.all([exited, closed]).then(([endedAtMs]) => ({
      code: child.exitCode,
      signal: child.signalCode,
      lines: output.split('\n').filter((line) => line !== ''),
      endedAtMs,
    })),
  };
}

/** Bit n - 1 of SigCgt in proc_pid_status(5) stands for signal n. */
const SIGTERM_BIT = 1n << 14n;

/** Waits until the process has a handler for SIGTERM: one that comes before ends it, or is ignored by the first process of a namespace. */
export async function hearsSigterm(pid: number): Promise<void> {
  for (;;) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const caught = BigInt(`0x${/^SigCgt:\s*(\w+)/m.exec(status)?.[1] ?? '0'}`);
    if ((caught & SIGTERM_BIT) !== 0n) return;
    await sleep(10);
  }
}

/**
 * Writes `<volume>/gate` as the kubelet does (pkg/volume/util/atomic_writer.go): the file is a symlink through `..data`, and `..data` is
 * swapped to a new time-stamped directory by a rename.
 */
export async function writeDownwardFile(volume: string, revision: number, content: string): Promise<void> {
  const directory = `..revision_${revision}`;
  await mkdir(join(volume, directory), { recursive: true });
  await writeFile(join(volume, directory, 'gate'), content);
  await symlink(directory, join(volume, '..data_tmp'));
  await rename(join(volume, '..data_tmp'), join(volume, '..data'));
  if (revision === 1) await symlink('..data/gate', join(volume, 'gate'));
}
