/** `flak` as a person runs it, in a folder of the test's own. */
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Abi, Origin } from '../../../profile/recording.ts';
import type { FlakProfile } from '../../../profile/flak-format.ts';
import { CGROUP_ROOT } from '../tracer-ledger/stage.ts';

export const ENTRY = join(import.meta.dirname, '../../../cli/flak.ts');

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
}

export function startFlak(args: readonly string[], options: SpawnOptions = {}): Running {
  return start(process.execPath, [ENTRY, ...args], options);
}

export function start(program: string, args: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === null) reject(new Error(`flak was ended by ${signal ?? 'nothing'}`));
      else resolve(code);
    });
  });
  const outputs = [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : Promise.resolve('')));
  return {
    child,
    ended: Promise.all([exit, ...outputs]).then(([code, out = '', notes = '']) => ({ code, out, notes })),
  };
}

export async function runFlak(args: readonly string[], options: SpawnOptions = {}): Promise<Ran> {
  return startFlak(args, options).ended;
}

export function readProfile(folder: string, file = 'flak.json'): FlakProfile {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as FlakProfile;
}

/** `abi name` of the calls that these origins made. */
export function madeBy({ calls }: Pick<FlakProfile, 'calls'>, ...origins: Origin[]): Set<string> {
  const made = calls.filter(
    (call) => call.errno === undefined && call.origins.some((origin) => origins.includes(origin)),
  );
  return new Set(made.map(({ abi, name }) => key(abi, name)));
}

export function key(abi: Abi, name: string): string {
  return `${abi} ${name}`;
}

/** Cgroups that recordings have left: none, whatever happened. */
export function remains(): string[] {
  return readdirSync(CGROUP_ROOT).filter((name) => name.startsWith('flak-record-'));
}
