/** Programs that make exactly the calls of a script, and write each down before they make it. */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { within } from '../../within.ts';

const SOURCES = join(import.meta.dirname, 'programs');
/** No C library, no code of the compiler's own, and nothing below the stack pointer that a call's entry could overwrite. */
const BARE = [
  '-O1',
  '-static',
  '-nostdlib',
  '-ffreestanding',
  '-fno-stack-protector',
  '-fno-pic',
  '-fomit-frame-pointer',
];
const BARE_X86 = ['-mno-red-zone', '-mno-sse', '-Wall', '-Wextra', '-Werror'];

const RECORD_BYTES = 4096;
const NUMBERS_PER_ROW = 1024;
/** The rows of `struct record` in bare.h. */
const ROWS = ['x86_64', 'i386', 'x32'] as const;
/** The interpreter's only call before its script. */
const MMAP = 9;
const GO_AT = ROWS.length * NUMBERS_PER_ROW;

/** Call numbers by interface, ascending. */
export type Calls = Readonly<Record<(typeof ROWS)[number], number[]>>;

export interface RunOptions {
  readonly bits?: 64 | 32;
  /** `struct sock_filter`s that the program runs under. */
  readonly filter?: Buffer;
  /** The cgroup is made for the program and removed as soon as it has ended. */
  readonly isBrief?: boolean;
}

export interface Ran {
  /** What the program says that it called, after the execve it began with. */
  readonly own: Calls;
  /** Of a brief run: for how long there was a cgroup. */
  readonly livedUs: number | null;
}

export type SpawnKind = 'fork' | 'vfork' | 'clone3' | 'posix_spawn' | 'daemon' | 'into';

export interface Programs {
  /** Runs a script in a cgroup to the end of its last process. @throws where the program didn't end by itself */
  run(cgroup: string, script: string, options?: RunOptions): Promise<Ran>;
  /** The same with a program of libc's, which runs a script in a child of the kind it is told. */
  spawn(cgroup: string, kind: SpawnKind, elsewhere: string, script: string): Promise<Ran>;
  /** Starts a script outside of any container, which waits (`w`) for `go` before anything else. */
  start(script: string): Promise<Started>;
  /** Those that still wait spin: a failed test leaves them. */
  killStarted(): void;
}

export interface Started {
  readonly child: ChildProcess;
  /** The test's word that a waiting script waits for. */
  go(): void;
  /** Waits for a native call. */
  hasCalled(nr: number): Promise<void>;
  /** What it has called since the last word. */
  readonly own: () => Calls;
}

function readCalls(record: string): Calls {
  const bytes = readFileSync(record);
  const row = (index: number): number[] =>
    Array.from({ length: NUMBERS_PER_ROW }, (_, nr) => nr).filter((nr) => bytes[index * NUMBERS_PER_ROW + nr] !== 0);
  return { x86_64: row(0), i386: row(1), x32: row(2) };
}

/** Waits till the last process of a cgroup is gone. */
export async function untilEmpty(cgroup: string): Promise<void> {
  while (readFileSync(join(cgroup, 'cgroup.procs'), 'utf8') !== '') await sleep(5);
}

/** Compiles the programs into a folder. @throws where the compiler makes no 32-bit code */
export function compilePrograms(folder: string): Programs {
  const path = (bits: 64 | 32): string => join(folder, `interpreter${bits}`);
  for (const bits of [64, 32] as const) {
    execFileSync('cc', [...BARE, ...BARE_X86, `-m${bits}`, join(SOURCES, 'interpreter.c'), '-o', path(bits)]);
  }
  const [launch, spawner] = ['launch', 'spawner'].map((name) => {
    const output = join(folder, name);
    execFileSync('cc', ['-static', '-O1', '-Wall', '-Wextra', '-Werror', join(SOURCES, `${name}.c`), '-o', output]);
    return output;
  }) as [string, string];
  const started = new Set<ChildProcess>();
  const newRecord = (): string => join(mkdtempSync(join(folder, 'run-')), 'record');

  const launchIn = async (cgroup: string, command: readonly string[], { filter, isBrief = false }: RunOptions) => {
    const record = newRecord();
    if (filter) writeFileSync(`${record}.filter`, filter);
    const options = [...(filter ? ['--filter', `${record}.filter`] : []), ...(isBrief ? ['--brief'] : [])];
    const { stdout } = await promisify(execFile)(launch, [...options, cgroup, record, ...command], within(120_000));
    if (!isBrief) await untilEmpty(cgroup);
    return { own: readCalls(record), livedUs: isBrief ? Number(stdout) : null };
  };
  return {
    run: (cgroup, script, options = {}) => launchIn(cgroup, [path(options.bits ?? 64), script], options),
    spawn: async (cgroup, kind, elsewhere, script) => {
      const ran = await launchIn(cgroup, [spawner, kind, elsewhere, path(64), script], {});
      await untilEmpty(elsewhere);
      return ran;
    },
    start: async (script) => {
      const record = newRecord();
      writeFileSync(record, Buffer.alloc(RECORD_BYTES));
      const descriptor = openSync(record, 'r+');
      const child = spawn(path(64), [`w${script}`], { stdio: ['ignore', 'ignore', 'inherit', descriptor], env: {} });
      started.add(child);
      closeSync(descriptor);
      const hasCalled = async (nr: number): Promise<void> => {
        while (!readCalls(record).x86_64.includes(nr)) await sleep(5);
      };
      await hasCalled(MMAP);
      return {
        child,
        go: () => {
          const word = openSync(record, 'r+');
          writeSync(word, Buffer.from([1]), 0, 1, GO_AT);
          closeSync(word);
        },
        hasCalled,
        own: () => readCalls(record),
      };
    },
    killStarted: () => {
      for (const child of started) child.kill('SIGKILL');
    },
  };
}
