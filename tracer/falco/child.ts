/** A running Falco: the process, what it prints, and its end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { readLines } from './read-lines.ts';
import { createLineSplitter } from './split-lines.ts';

export interface FalcoChild {
  readonly pid: number | undefined;
  /** Resolves when the process has ended and everything it printed was read. Never rejects. */
  readonly ended: Promise<FalcoEnd>;
  /** Lines that were too long to be read. */
  lost(): number;
  /** Asks it to end, and makes it end where it doesn't within the time. Resolves with `ended`, or soon after the time. */
  stop(withinMs: number): Promise<FalcoEnd>;
}

export interface FalcoEnd {
  /** In words; of what it printed only what it said before it showed the first line. */
  readonly detail: string;
}

export interface ChildOptions {
  readonly binary: string;
  readonly configurationFile: string;
  /** @returns true where the line shows that it watches */
  readonly onLine: (line: string) => boolean;
}

/**
 * An event names two paths of 4 kB at most, written as JSON with up to six characters a byte, and the cgroups.
 * Nothing that is needed is longer.
 */
const LONGEST_LINE = 65_536;
/** Of what it says while it starts. A message of libbpf's is some hundred bytes. */
const MOST_WORDS = 2_000;
/** How long the end of its output is waited for once it has ended: a process that it left behind might keep it open. */
const OUTPUT_MS = 500;

/**
 * The kernel kills it when the tracer dies in whatever way (PDEATHSIG, which an exec keeps). A tracer that died before setpriv asked for
 * this leaves one that dies at its next line: nobody reads it (SIGPIPE), and metrics are a line every five seconds.
 */
const LAUNCHER = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

const UNENDED: FalcoEnd = { detail: 'not ended by SIGKILL' };

/** Nothing of the tracer's environment is Falco's business. PATH is where setpriv is looked for. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' } as const;

/** Starts it. A binary that can't be run is told by `ended`, too. */
export function startFalco({ binary, configurationFile, onLine }: ChildOptions): FalcoChild {
  const [launcher, ...options] = LAUNCHER;
  const child = spawn(launcher, [...options, binary, '-c', configurationFile], {
    env: ENVIRONMENT,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const splitter = createLineSplitter(LONGEST_LINE);
  let words = '';
  let talking = true;
  const printed = readLines(child.stdout, splitter, (line) => {
    if (onLine(line)) talking = false;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    // Once it watches, what it says may be of a target.
    if (talking) words = (words + chunk.toString('utf8')).slice(-MOST_WORDS);
  });
  const ended = endOf(child).then(async (how) => {
    await Promise.race([printed, delay(OUTPUT_MS, undefined, { ref: false })]);
    splitter.end();
    return { detail: detailOf(how, words) };
  });
  return {
    pid: child.pid,
    ended,
    lost: () => splitter.lost(),
    stop: async (withinMs) => {
      child.kill('SIGTERM');
      const deadline = setTimeout(() => child.kill('SIGKILL'), withinMs);
      try {
        return await Promise.race([ended, delay(withinMs + OUTPUT_MS * 2, UNENDED, { ref: false })]);
      } finally {
        clearTimeout(deadline);
      }
    },
  };
}

/** A launcher that can't be started is an end, too. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `ended with exit code ${String(code)}` : `ended by ${signal}`);
    });
    child.once('error', (error) => {
      resolve(error.message);
    });
  });
}

function detailOf(how: string, words: string): string {
  const said = words.replace(/[^\x20-\x7e]+/g, ' ').trim();
  // Warnings of its configuration come first.
  const error = said.lastIndexOf('Error');
  return said === '' ? how : `${how}: ${error < 0 ? said : said.slice(error)}`;
}
