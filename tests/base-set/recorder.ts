/** A machine-wide recorder of marked tasks that have a seccomp filter. Shares no code with the ledger. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MARK } from './runtime.ts';

/**
 * `seccomp.mode` 2 is SECCOMP_MODE_FILTER; bit 0 of `atomic_flags` is PFA_NO_NEW_PRIVS (include/linux/sched.h). Entering
 * execve is still the runtime's: the new name comes with the new program.
 */
const ENTERED = `tracepoint:raw_syscalls:sys_enter /curtask->loginuid.val == ${MARK} && curtask->seccomp.mode == 2`;
const PROGRAM = `
BEGIN { printf("ready\\n"); }
${ENTERED}/ { @calls[comm, curtask->atomic_flags & 1, args->id] = count(); }`;
const ROW = /^@calls\[(.*), ([01]), (\d+)\]: \d+$/gm;
const VALUE_ROW = /^@values\[(.*), (\d+), (\d+)\]: \d+$/gm;
const READY_MS = 60_000;

export interface FilteredCall {
  /** Kernel's name of the task, cut to 15 bytes: `runc:[2:INIT]`, `crun`, or the target's. */
  readonly task: string;
  readonly noNewPrivileges: boolean;
  readonly nr: number;
}

/** An int argument of which the values are counted too. */
export interface ValuedCall {
  readonly nr: number;
  readonly index: number;
}

export interface FilteredValue {
  readonly task: string;
  readonly nr: number;
  /** Low 32 bits. */
  readonly value: number;
}

export interface Recorder {
  /** Ends the recording and says what it saw. */
  stop(): Promise<{ readonly calls: readonly FilteredCall[]; readonly values: readonly FilteredValue[] }>;
}

function countValues({ nr, index }: ValuedCall): string {
  return `${ENTERED} && args->id == ${nr}/ { @values[comm, args->id, (uint64)args->args[${index}] & 0xffffffff] = count(); }`;
}

/** Resolves when bpftrace is attached. tracefs is mounted in a namespace of its own, so the machine's mounts stay. */
export async function startRecorder(valued: readonly ValuedCall[]): Promise<Recorder> {
  const script = 'mount -t tracefs tracefs /sys/kernel/tracing && exec bpftrace -e "$1"';
  const program = [PROGRAM, ...valued.map(countValues)].join('\n');
  const child = spawn('unshare', ['--mount', 'sh', '-c', script, 'recorder', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`bpftrace was not ready after ${READY_MS} ms: ${complaints}`));
    }, READY_MS);
    child.once('exit', () => {
      reject(new Error(`bpftrace ended early: ${complaints}`));
    });
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes('ready')) return;
      clearTimeout(timer);
      resolve();
    });
  });
  return {
    async stop() {
      child.removeAllListeners('exit');
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      await ended;
      return {
        calls: [...output.matchAll(ROW)].map(([, task = '', flag, nr]) => {
          return { task, noNewPrivileges: flag === '1', nr: Number(nr) };
        }),
        values: [...output.matchAll(VALUE_ROW)].map(([, task = '', nr, value]) => {
          return { task, nr: Number(nr), value: Number(value) };
        }),
      };
    },
  };
}
