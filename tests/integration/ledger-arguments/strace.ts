/** Values of watched arguments as strace prints them. Shares no code with the ledger but the table of what is watched. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchOf } from '../../../profile/arguments.ts';

/** Call → its distinct tuples, each decimal and joined by commas, sorted. */
export type Tuples = Readonly<Record<string, readonly string[]>>;

/** A call that waits is printed in two halves, of which the first has the arguments. */
const LINE = /^(\d+) +(\w+)\(([^)<]*)/;

export interface Traced {
  /** Process id of the program, which is in the cgroup. */
  readonly pid: number;
  /** Resolves when program, children and strace have ended; rejects where the program failed. */
  readonly ended: Promise<Tuples>;
}

/**
 * Starts a command under `strace -f`: strace stays outside of the cgroup, the command enters it by itself. What it did
 * before is not told: the ledger doesn't see it either.
 */
export async function traceInside(cgroup: string, folder: string, command: readonly string[]): Promise<Traced> {
  const log = join(folder, 'strace.log');
  const enter = 'echo $$ > "$0" && echo $$ && exec "$@"';
  const traced = ['sh', '-c', enter, join(cgroup, 'cgroup.procs'), ...command];
  // raw: registers as they are, nothing decoded; no signals and exits between the calls.
  const options = ['-f', '-qq', '--signal=none', '-e', 'raw=all', '-o', log];
  const child = spawn('strace', [...options, ...traced], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  child.stdout.resume();
  const ended = once(child, 'close').then(([status]) => {
    if (status !== 0) throw new Error(`${command[0] ?? ''} ended with ${String(status)}: ${complaints}`);
    return tuplesOf(readFileSync(log, 'utf8'));
  });
  return { pid: Number.parseInt(first.toString()), ended };
}

function tuplesOf(log: string): Tuples {
  const lines = log.split('\n');
  const entered = lines.findIndex((line) => / write\(/.test(line));
  const calls = lines.slice(entered + 1).flatMap((line) => {
    const [, , name = '', values = ''] = LINE.exec(line) ?? [];
    const watch = watchOf('x86_64', name);
    return watch === undefined ? [] : [{ name, tuple: tupleOf(values.split(', ').map(BigInt), watch) }];
  });
  return group(calls);
}

function tupleOf(registers: readonly bigint[], watch: NonNullable<ReturnType<typeof watchOf>>): string {
  const values = watch.indices.map((index) => {
    const value = BigInt.asUintN(64, registers[index] ?? 0n);
    return watch.wide64.includes(index) ? value : BigInt.asUintN(32, value);
  });
  return values.join();
}

/** Sorted by name and tuple, each once. */
export function group(calls: readonly { readonly name: string; readonly tuple: string }[]): Tuples {
  const byName = Map.groupBy(calls, ({ name }) => name);
  const rows = [...byName].map(([name, all]) => [name, [...new Set(all.map(({ tuple }) => tuple))].sort()] as const);
  return Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
}
