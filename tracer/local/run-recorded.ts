/** A command from its first instruction to the end of the last process that it left behind. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerOptions, Slot } from '../ledger/ledger.ts';
import type { Account } from './account.ts';
import { isRecorded, makeCommandCgroup, pathOfProcess, prepareMove } from './command-cgroup.ts';
import type { CommandCgroup } from './command-cgroup.ts';
import type { CommandEnd, RunningCommand } from './launch.ts';
import { launch } from './launch.ts';
import type { RecordResult } from './record.ts';
import { recordWhile, untilEmpty } from './record.ts';
import type { Forwarded } from './signals.ts';
import { isFromKeyboard, listen } from './signals.ts';

export interface CommandRequest {
  readonly command: readonly string[];
  readonly account: Account | null;
  readonly environment: NodeJS.ProcessEnv;
  /** When the command counts as serving; never, unless given. */
  readonly ready?: Ready;
  /** Descriptor of a seccomp program that the command shall run under. */
  readonly filter?: number;
  readonly stdoutToStderr?: boolean;
}

export type Ready =
  { readonly kind: 'after'; readonly ms: number } | { readonly kind: 'on'; readonly signal: Forwarded };

export interface RunDeps {
  readonly ledger: LedgerOptions;
  readonly launcher: string;
  readonly ownStat: () => string;
  /** The soft limit of open files that Flak was started with, where that can be known. */
  readonly openFiles: number | undefined;
  /** Told once when processes live on after the command itself has ended. */
  readonly onLeftBehind: (count: number) => void;
}

export type RunResult =
  | RecordResult<CommandEnd>
  /** Flak runs inside a recording itself. */
  | { readonly kind: 'nested' }
  | { readonly kind: 'no-cgroup'; readonly error: Error };

/** @throws where the launcher or libbpf is missing */
export async function runRecorded(request: CommandRequest, deps: RunDeps): Promise<RunResult> {
  const own = pathOfProcess(deps.ledger.cgroupRoot, 'self');
  if (isRecorded(own)) return { kind: 'nested' };
  let cgroup: CommandCgroup;
  try {
    cgroup = makeCommandCgroup(own, process.pid);
  } catch (error) {
    return { kind: 'no-cgroup', error: error as Error };
  }
  try {
    prepareMove(own);
    return await recordWhile(deps.ledger, cgroup, (slot) => runToEnd(request, deps, cgroup, slot));
  } finally {
    cgroup.remove();
  }
}

async function runToEnd(
  request: CommandRequest,
  { launcher, ownStat, openFiles, onLeftBehind }: RunDeps,
  cgroup: CommandCgroup,
  slot: Slot,
): Promise<CommandEnd> {
  let running: RunningCommand | undefined;
  const enough = new AbortController();
  const ended = new AbortController();
  const becomeReady = (): void => void slot.markServing([cgroup.commandId]);
  const stopListening = listen((signal) => {
    if (request.ready?.kind === 'on' && request.ready.signal === signal) becomeReady();
    else if (ended.signal.aborted) enough.abort();
    else if (!isFromKeyboard(signal, ownStat())) running?.signal(signal);
  });
  try {
    running = await launch({ ...request, launcher, openFiles, directory: cgroup.directory });
    if (request.ready?.kind === 'after')
      void sleep(request.ready.ms, undefined, { signal: ended.signal }).then(becomeReady, () => undefined);
    const end = await running.end;
    ended.abort();
    const left = cgroup.population();
    if (left > 0) {
      onLeftBehind(left);
      await untilEmpty(cgroup, enough.signal);
    }
    return end;
  } finally {
    ended.abort();
    stopListening();
  }
}
