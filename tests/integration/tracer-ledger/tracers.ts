/** Tracers of their own, to be killed or confined. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Task } from './joiner.ts';
import type { PodCgroup, Stage } from './stage.ts';

/**
 * A tracer in a process of its own, and the first thing it says.
 * @param cgroupProcs the file that puts it into a cgroup before it runs
 * @throws where it ends without a word
 */
export async function startTracer(
  stage: Stage,
  { target }: PodCgroup,
  mode: Task['mode'],
  cgroupProcs = '/dev/null',
): Promise<{ tracer: ChildProcess; told: string }> {
  const command = [process.execPath, join(import.meta.dirname, 'joiner.ts')];
  const tracer = spawn('sh', ['-c', 'echo $$ > "$0"; exec "$@"', cgroupProcs, ...command], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_V8_COVERAGE: '', NODE_COMPILE_CACHE: join(stage.folder, 'compiled') },
  });
  const task: Task = { mode, options: stage.options, podUid: target.podUid, cgroupId: String(target.cgroupIds[0]) };
  const ended = once(tracer, 'exit').then(([code]) => {
    throw new Error(`the tracer ended by itself, with ${code as number}`);
  });
  tracer.stdin.write(`${JSON.stringify(task)}\n`);
  const [told] = (await Promise.race([once(tracer.stdout, 'data'), ended])) as [Buffer];
  ended.catch(() => undefined); // from here on it is up to the test
  return { tracer, told: told.toString() };
}
