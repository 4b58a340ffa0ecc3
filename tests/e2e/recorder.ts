/** The independent recorder: bpftrace over the whole machine, started before the pods that it is compared with. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from '../cluster/machine/debian-packages.ts';
import { consoleProgress } from '../cluster/progress.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { bpftraceEnder } from '../end-bpftrace.ts';
import { parseRecorderOutput, type MachineRecording } from './recorder-output.ts';

export interface Recorder {
  /** Ends the recording and gives what was seen; called again, the same. @throws when something was lost or the map ran full */
  stop(): Promise<MachineRecording>;
}

/** Rows for some thousand cgroups of a hundred calls each: some 20 MB of kernel memory. */
const MAP_ROWS = 262_144;
/** Longest string of bpftrace 0.17; a container's cgroup path has some 130 characters. */
const STRING_BYTES = 200;

/**
 * tracefs and debugfs, which bpftrace reads, are mounted in a mount namespace of its own: the machine's mounts stay as they
 * are, whatever happens.
 */
const SCRIPT = `mount -t tracefs tracefs /sys/kernel/tracing && mount -t debugfs debugfs /sys/kernel/debug &&
exec bpftrace -k -f json "$1"`;

/** Starts it and waits until it records (a few seconds: it compiles). Needs root; installs bpftrace where it isn't. */
export async function startRecorder(): Promise<Recorder> {
  await installPackages(['bpftrace'], consoleProgress(process.stderr));
  const program = join(import.meta.dirname, 'recorder.bt');
  // `unshare` and `sh` replace themselves, so that the child's process id is bpftrace's.
  const child = spawn('unshare', ['--mount', 'sh', '-c', SCRIPT, 'recorder', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BPFTRACE_MAP_KEYS_MAX: String(MAP_ROWS), BPFTRACE_STRLEN: String(STRING_BYTES) },
  });
  const end = bpftraceEnder(child);
  const output = collect(child.stdout);
  const errors = collect(child.stderr);
  try {
    await waitUntil('bpftrace records', () => Promise.resolve(hasBegun(child, output())), {
      limitMs: 180_000,
      explain: errors,
    });
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  let ended: Promise<MachineRecording> | undefined;
  return { stop: () => (ended ??= endRecording(child, end, output)) };
}

async function endRecording(
  child: ChildProcess,
  end: () => Promise<void>,
  output: () => string,
): Promise<MachineRecording> {
  let missed: number;
  try {
    missed = missedRuns(child.pid);
  } finally {
    await end();
  }
  const recording = parseRecorderOutput(output());
  if (missed > 0) throw new Error(`the recorder's programs were left out ${missed} times`);
  if (recording.rows >= MAP_ROWS) throw new Error("the recorder's map ran full");
  return recording;
}

/**
 * How often the kernel left out a program of the process: on perf's tracepoints it does so on a CPU on which someone is
 * just changing a BPF map (kernel/trace/bpf_trace.c, trace_call_bpf), which can happen where the kernel is preemptible.
 */
function missedRuns(pid: number | undefined): number {
  const directory = `/proc/${pid}/fdinfo`;
  const counts = readdirSync(directory).flatMap((fd) => {
    const [, misses] = /^recursion_misses:\s*(\d+)$/m.exec(readFileSync(join(directory, fd), 'utf8')) ?? [];
    return misses === undefined ? [] : [Number(misses)];
  });
  if (counts.length === 0) throw new Error('no program of the recorder was found');
  return counts.reduce((sum, misses) => sum + misses, 0);
}

function hasBegun(child: ChildProcess, output: string): boolean {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error('bpftrace ended at once');
  return output.includes('attached_probes');
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}
