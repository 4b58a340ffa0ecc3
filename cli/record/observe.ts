/** What shall be recorded, observed to its end: a command, a cgroup or a process. */
import { basename } from 'node:path';
import { chooseAccount } from '../../tracer/local/account.ts';
import type { AttachResult, Until } from '../../tracer/local/attach.ts';
import { findCgroup, recordCgroup, recordProcess } from '../../tracer/local/attach.ts';
import type { LocalPlaces } from '../../tracer/local/places.ts';
import { openFilesLimit, readOwnStat } from '../../tracer/local/places.ts';
import type { LocalRecording } from '../../tracer/local/record.ts';
import type { CommandEnd } from '../../tracer/local/launch.ts';
import type { CommandRequest, Ready } from '../../tracer/local/run-recorded.ts';
import { runRecorded } from '../../tracer/local/run-recorded.ts';
import { listen } from '../../tracer/local/signals.ts';
import type { Ending, Result } from '../ending.ts';
import { DONE, finding, ok, usage } from '../ending.ts';
import { NESTED, noCgroup, notStarted, refused } from './describe-failure.ts';
import { LOOKUP } from './lookup-account.ts';
import type { RecordOptions } from './options.ts';

export interface Observed {
  readonly name: string;
  readonly arming: 'before-gate' | 'late';
  readonly recording: LocalRecording;
  /** How `flak record` ends, once the profile is written. */
  readonly ending: Ending;
}

export type Observation =
  { readonly kind: 'observed'; readonly observed: Observed } | { readonly kind: 'failed'; readonly ending: Ending };

export interface Surroundings {
  readonly places: LocalPlaces;
  readonly environment: NodeJS.ProcessEnv;
  readonly note: (text: string) => void;
}

export async function observe(
  options: RecordOptions,
  command: readonly string[],
  surroundings: Surroundings,
): Promise<Observation> {
  return command.length > 0 ? observeWhole(options, command, surroundings) : observeRunning(options, surroundings);
}

function failed(ending: Ending): Observation {
  return { kind: 'failed', ending };
}

export interface CommandWish extends Pick<CommandRequest, 'command' | 'ready' | 'filter' | 'stdoutToStderr'> {
  readonly user?: string | undefined;
}

export type CommandObservation =
  | { readonly kind: 'ran'; readonly recording: LocalRecording; readonly code: number }
  | Extract<CommandEnd, { kind: 'not-started' }>
  | { readonly kind: 'failed'; readonly ending: Ending };

/** Runs the command to the end of its last process. */
export async function observeCommand(
  { user, ...wish }: CommandWish,
  { places: { ledger, launcher }, environment, note }: Surroundings,
): Promise<CommandObservation> {
  const choice = chooseAccount(user, { uid: process.geteuid?.() ?? 0, environment, ...LOOKUP });
  if (choice.kind === 'unknown')
    return { kind: 'failed', ending: usage(`there is no user ${choice.wanted}; name one, or UID:GID.`) };
  const onLeftBehind = (count: number): void => {
    note(
      `flak: ${wish.command[0] ?? ''} has ended, ${processes(count)} of it not; recording goes on until then or Ctrl-C.`,
    );
  };
  const result = await runRecorded(
    { ...wish, account: choice.account, environment },
    { ledger, launcher, ownStat: readOwnStat, openFiles: openFilesLimit(), onLeftBehind },
  );
  if (result.kind === 'nested') return { kind: 'failed', ending: NESTED };
  if (result.kind === 'no-cgroup') return { kind: 'failed', ending: noCgroup(result.error) };
  if (result.kind === 'refused') return { kind: 'failed', ending: refused(result.refusal, result.detail) };
  return result.value.kind === 'not-started'
    ? result.value
    : { kind: 'ran', recording: result.recording, code: result.value.code };
}

async function observeWhole(
  options: RecordOptions,
  command: readonly string[],
  surroundings: Surroundings,
): Promise<Observation> {
  const [program = ''] = command;
  const ready = readyOf(options);
  const ran = await observeCommand({ command, user: options.user, ...(ready && { ready }) }, surroundings);
  if (ran.kind === 'failed') return ran;
  if (ran.kind === 'not-started') return failed(notStarted(program, ran, surroundings.note));
  const ending: Ending = { kind: 'passed-on', code: ran.code };
  return {
    kind: 'observed',
    observed: { name: basename(program), arming: 'before-gate', recording: ran.recording, ending },
  };
}

function readyOf({ readyAfter, readyOn }: RecordOptions): Ready | undefined {
  if (readyOn !== undefined) return { kind: 'on', signal: readyOn };
  return readyAfter === undefined ? undefined : { kind: 'after', ms: readyAfter * 1000 };
}

async function observeRunning(options: RecordOptions, { places, note }: Surroundings): Promise<Observation> {
  const enough = new AbortController();
  const stop = listen(() => {
    enough.abort();
  });
  try {
    const onArmed = (): void => {
      note('flak: recording; Ctrl-C ends it.');
    };
    const attached = await attach(options, places, { signal: enough.signal, onArmed });
    if (attached.kind !== 'ok') return failed(attached);
    const { name, result } = attached.value;
    if (result.kind === 'nested') return failed(NESTED);
    if (result.kind === 'gone')
      return failed(finding(`there is no process ${options.pid ?? ''}; nothing was recorded.`));
    if (result.kind === 'refused') return failed(refused(result.refusal, result.detail));
    if (result.recording.containers.length === 0)
      return failed(finding(`nothing in ${name} made a system call; nothing was written.`));
    return { kind: 'observed', observed: { name, arming: 'late', recording: result.recording, ending: DONE } };
  } finally {
    stop();
  }
}

async function attach(
  { cgroup, pid = 0 }: RecordOptions,
  { ledger }: LocalPlaces,
  until: Until,
): Promise<Result<{ readonly name: string; readonly result: AttachResult }>> {
  if (cgroup === undefined) return ok({ name: `process-${pid}`, result: await recordProcess(ledger, pid, until) });
  const directory = findCgroup(ledger.cgroupRoot, cgroup);
  if (directory === undefined)
    return finding(`there is no cgroup ${cgroup} below ${ledger.cgroupRoot}; nothing was recorded.`);
  return ok({ name: basename(directory), result: await recordCgroup(ledger, directory, until) });
}

function processes(count: number): string {
  return count === 1 ? 'one process' : `${count} processes`;
}
