/** bpftrace's own count of a program's calls: it shares nothing with Falco. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { installPackages } from '../cluster/machine/debian-packages.ts';
import { consoleProgress } from '../cluster/progress.ts';
import { bpftraceEnder } from '../end-bpftrace.ts';

export interface CallCount {
  /** How often each call was entered since, by its number. */
  stop(): Promise<ReadonlyMap<number, number>>;
}

/** tracefs and debugfs, which bpftrace reads, are mounted in a mount namespace of its own. */
const SCRIPT = `mount -t tracefs tracefs /sys/kernel/tracing && mount -t debugfs debugfs /sys/kernel/debug &&
exec bpftrace -f json -e "$1"`;

/** @param comm of the program; resolves once bpftrace counts */
export async function countCalls(comm: string): Promise<CallCount> {
  await installPackages(['bpftrace'], consoleProgress(process.stderr));
  const program =
    `BEGIN { printf("ready\\n"); } ` +
    `tracepoint:raw_syscalls:sys_enter /comm == "${comm}"/ { @calls[args->id] = count(); }`;
  const child = spawn('unshare', ['--mount', 'sh', '-c', SCRIPT, 'count', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const ready = Promise.withResolvers<undefined>();
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes('ready')) ready.resolve(undefined);
  });
  const end = bpftraceEnder(child);
  await Promise.race([ready.promise, once(child, 'exit')]);
  return {
    stop: async () => {
      await end();
      return parse(output);
    },
  };
}

function parse(output: string): ReadonlyMap<number, number> {
  const lines = output.split('\n').filter((line) => line.includes('"@calls"'));
  const { data } = JSON.parse(lines[0] ?? '{"data":{"@calls":{}}}') as { data: { '@calls': Record<string, number> } };
  return new Map(Object.entries(data['@calls']).map(([number, count]) => [Number(number), count]));
}
