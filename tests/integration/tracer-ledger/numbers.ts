/** Sets of system call numbers, from the ledger and from recorders that share nothing with it. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bpftraceEnder } from '../../end-bpftrace.ts';
import type { Abi, Origin } from '../../../profile/recording.ts';
import type { ContainerReading } from '../../../tracer/ledger/ledger.ts';
import { within } from '../../within.ts';

function sorted(numbers: Iterable<number>): number[] {
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** What a container called by this interface, from these origins (all when none is given). */
export function calledBy(container: ContainerReading | undefined, abi: Abi, ...origins: Origin[]): number[] {
  const entries = container?.entries.filter(
    (entry) => entry.abi === abi && (origins.length === 0 || origins.includes(entry.origin)),
  );
  return sorted((entries ?? []).flatMap((entry) => entry.calls.map((call) => call.nr)));
}

/** What a container was denied, whoever asked: `number:errno`. */
export function deniedTo(container: ContainerReading | undefined): string[] {
  const denied = (container?.entries ?? []).flatMap((entry) => entry.denied);
  return denied.map((call) => `${call.nr}:${call.errno}`).sort();
}

export interface Recorder {
  /** Numbers seen since the start, without the exec that begins a program. */
  stop(): Promise<number[]>;
}

const READY_MS = 60_000;

/** bpftrace on the raw tracepoint, for one cgroup. tracefs is mounted in a namespace of its own. */
export async function recordCgroup(id: bigint): Promise<Recorder> {
  const program = `BEGIN { printf("ready\\n"); } tracepoint:raw_syscalls:sys_enter /cgroup == ${id}/ { @n[args->id] = count(); }`;
  const script = 'mount -t tracefs tracefs /sys/kernel/tracing && exec bpftrace -e "$1"';
  const child = spawn('unshare', ['--mount', 'sh', '-c', script, 'bpftrace', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = bpftraceEnder(child);
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('bpftrace was not ready'));
    }, READY_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes('ready')) return;
      clearTimeout(timer);
      resolve();
    });
  });
  return {
    stop: async () => {
      await end();
      return sorted([...output.matchAll(/^@n\[(\d+)\]: \d+$/gm)].map((match) => Number(match[1])));
    },
  };
}

/** What strace sees a program call, after the execve that starts it. */
export function straceNumbers(folder: string, ...command: string[]): number[] {
  const log = join(folder, 'strace.log');
  const { error } = spawnSync('strace', ['-f', '-n', '-o', log, ...command], within(60_000));
  if (error) throw new Error('strace could not be run', { cause: error });
  const lines = readFileSync(log, 'utf8').split('\n').slice(1);
  return sorted(lines.flatMap((line) => /^\d+\s+\[\s*(\d+)\]/.exec(line)?.[1] ?? []).map(Number));
}
