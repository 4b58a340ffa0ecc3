/** A machine-wide recorder of marked tasks that have a seccomp filter. Shares no code with the ledger. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MARK } from './runtime.ts';

/**
 * `seccomp.mode` 2 is SECCOMP_MODE_FILTER; bit 0 of `atomic_flags` is PFA_NO_NEW_PRIVS (include/linux/sched.h). Entering
 * execve is still the runtime's: the new name comes with the new program.
 */
const PROGRAM = `
BEGIN { printf("ready\\n"); }
tracepoint:raw_syscalls:sys_enter /curtask->loginuid.val == ${MARK} && curtask->seccomp.mode == 2/ {
  @calls[comm, curtask->atomic_flags & 1, args->id] = count();
}`;
const ROW = /^@calls\[(.*), ([01]), (\d+)\]: \d+$/gm;
const READY_MS = 60_000;

export interface FilteredCall {
  /** Kernel's name of the task, cut to 15 bytes: `runc:[2:INIT]`, `crun`, or the target's. */
  readonly task: string;
  readonly noNewPrivileges: boolean;
  readonly nr: number;
}

export interface Recorder {
  /** Ends the recording and says what it saw. */
  stop(): Promise<readonly FilteredCall[]>;
}

/** Resolves when bpftrace is attached. tracefs is mounted in a namespace of its own, so the machine's mounts stay. */
export async function startRecorder(): Promise<Recorder> {
  const script = 'mount -t tracefs tracefs /sys/kernel/tracing && exec bpftrace -e "$1"';
  const child = spawn('unshare', ['--mount', 'sh', '-c', script, 'recorder', PROGRAM], {
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
      return [...output.matchAll(ROW)].map(([, task = '', flag, nr]) => ({
        task,
        noNewPrivileges: flag === '1',
        nr: Number(nr),
      }));
    },
  };
}
