/** Processes in cgroups of their own that make system calls when told to, and say what they took. */
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

/** What one order took, ns per call. */
export interface Sample {
  readonly minNs: number;
  readonly medianNs: number;
}

export interface Caller {
  order(line: string): Promise<Sample>;
  end(): Promise<void>;
}

/** Builds a program of this folder, static and without optimisations that could fold its loop. */
export function compile(name: string, folder: string): string {
  const output = join(folder, name);
  const source = join(import.meta.dirname, 'programs', `${name}.c`);
  execFileSync('cc', ['-static', '-O1', '-Wall', '-Wextra', '-Werror', source, '-o', output]);
  return output;
}

/** Minimum and median, in picoseconds. */
function parseAnswer(line: string): Sample {
  const [minPs = NaN, medianPs = NaN] = line.split(' ').map(Number);
  if (Number.isNaN(medianPs)) throw new Error(`not an answer: ${line}`);
  return { minNs: minPs / 1000, medianNs: medianPs / 1000 };
}

/** Starts `command` inside a cgroup. */
export function startCaller(cgroup: string, command: readonly string[]): Caller {
  const script = `echo $$ > ${cgroup}/cgroup.procs && exec "$@"`;
  const child = spawn('sh', ['-c', script, 'sh', ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  return {
    order: async (line) => {
      child.stdin.write(`${line}\n`);
      const answer = await answers.next();
      if (answer.done === true) throw new Error(`${command.join(' ')} has ended`);
      return parseAnswer(answer.value);
    },
    end: () => {
      child.stdin.end();
      return ended;
    },
  };
}
