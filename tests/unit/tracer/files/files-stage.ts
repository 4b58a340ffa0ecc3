/** A trace's file report over a folder and a store in memory, and a clock that tests move. */
import { linesOf } from '../../../../profile/files/flak-line.ts';
import type { FalcoSection } from '../../../../profile/probes.ts';
import { createFiles, type Files, type FilesDeps } from '../../../../tracer/files/files.ts';
import { FakeClock } from '../../../fake-clock.ts';
import { fileEvent } from '../../profile/files/file-events.ts';
import { MemorySpool, MemoryStore } from './memory-spool.ts';

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
export const WEB = 'a'.repeat(64);
export const FALCO: FalcoSection = {
  state: 'watching',
  detail: '',
  version: '0.44.1',
  readyAt: null,
  calls: [],
  events: 1,
  drops: 0,
  gaps: [],
  gapsOmitted: 0,
  shed: [],
};
export const SETTINGS = { command: undefined, maxStringBytes: 150, rotateBytes: 1 << 20, capBytes: 1 << 20 };

export interface Stage {
  readonly files: Files;
  readonly clock: FakeClock;
  readonly spool: MemorySpool;
  readonly store: MemoryStore;
}

export function stage(
  settings: Partial<typeof SETTINGS> = {},
  given: Partial<Pick<Stage, 'spool' | 'store'>> = {},
): Stage {
  const spool = given.spool ?? new MemorySpool();
  const store = given.store ?? new MemoryStore();
  const clock = new FakeClock();
  const lines: FilesDeps['lines'] = { settings: { ...SETTINGS, ...settings }, openSpool: () => spool, store };
  return { files: createFiles({ ...base(clock), lines }), clock, spool, store };
}

export function base(clock: FakeClock): Omit<FilesDeps, 'lines'> {
  const containerName = (id: string): string | undefined => (id === WEB ? 'web' : undefined);
  return { containerName, falcoVersion: () => '0.44.1', clock, random: () => 0.5, log: QUIET };
}

/** Calls one after the other, each with a time of its own. */
export function calls(count: number, first = 0): Parameters<Files['onEvent']>[0][] {
  return Array.from({ length: count }, (_, index) => fileEvent({ timeNs: BigInt(first + index), containerId: WEB }));
}

export function linesOfAll(events: readonly Parameters<Files['onEvent']>[0][]): string {
  return events.map((event) => linesOf(event, SETTINGS)?.text ?? '').join('');
}

export const never = (): AbortSignal => new AbortController().signal;

export async function finish(
  { files, clock }: Pick<Stage, 'files' | 'clock'>,
  how: 'upload' | 'hand-over' = 'upload',
): Promise<void> {
  const over = { is: false };
  const finished = files.finish(how, never()).then(() => {
    over.is = true;
  });
  while (!over.is) await clock.advance(1000);
  await finished;
}
