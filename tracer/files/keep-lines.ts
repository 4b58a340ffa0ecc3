/** Lines from Falco to the store: what is gathered, the disk in between, and the upload, kept going side by side. */
import type { Lines } from '../../profile/files/flak-line.ts';
import type { FileReason } from '../../profile/probes.ts';
import { Backlog, LINES_PER_CALL, type Loss } from './backlog.ts';
import type { FileStore } from './file-store.ts';
import type { FilesDeps, LineSettings } from './files.ts';
import type { LineCounts, Spool } from './spool.ts';
import { uploadLines } from './upload.ts';
import { createWaitingLines, type WaitingLines } from './waiting-lines.ts';

export interface KeptLines {
  /** Never throws, never waits. */
  take(folder: string, lines: Lines): void;
  tell(): { readonly counts: LineCounts; readonly reasons: readonly FileReason[] };
  finish(how: 'upload' | 'hand-over', signal: AbortSignal): Promise<void>;
}

export interface KeepLinesDeps extends Pick<FilesDeps, 'clock' | 'random' | 'log'> {
  readonly settings: LineSettings;
  readonly openSpool: () => Spool;
  readonly store: FileStore;
  readonly reference: () => string;
}

/** How often it is looked whether a chunk is old enough, and whether a store has been installed. */
const LOOK_MS = 500;

/** Where no lines can be kept they are counted. */
export function dropLines(): KeptLines {
  let dropped = 0;
  return {
    take: () => {
      dropped += LINES_PER_CALL;
    },
    tell: () => ({ counts: { kept: 0, dropped, uploaded: 0 }, reasons: dropped > 0 ? ['lines-not-stored'] : [] }),
    finish: () => Promise.resolve(),
  };
}

/** @throws where the node's disk doesn't let it */
export function keepLines(deps: KeepLinesDeps): KeptLines {
  const { clock, log, store } = deps;
  const spool = deps.openSpool();
  const backlog = new Backlog(spool, (error) => {
    log.warn({ err: error }, 'Lines of file access could not be written to the node');
  });
  const waiting = createWaitingLines({ backlog, ...deps.settings, nowMs: () => clock.steadyMs() });
  const running = run(deps, backlog, waiting);
  return {
    take: (folder, lines) => {
      // A store that isn't there is no reason to fill the node's disk.
      if (running.wanted()) waiting.take(folder, lines);
      else backlog.drop(LINES_PER_CALL, 'unstored');
    },
    tell: () => {
      const { counts, losses } = backlog.tell();
      return { counts, reasons: reasonsOf(losses) };
    },
    finish: async (how, signal) => {
      try {
        await waiting.seal('all');
        if (how === 'upload' && store.isThere()) running.empty(signal);
        else running.end();
        await running.over;
        const { counts, chunks } = backlog.tell();
        log.info({ ...counts, chunks }, 'The lines of file access are over');
        await (how === 'hand-over' ? backlog.save() : spool.discard());
      } catch (error) {
        log.error({ err: error }, 'Lines of file access could not be brought to their end');
      }
    },
  };
}

function reasonsOf(losses: ReadonlySet<Loss>): FileReason[] {
  const reasons: FileReason[] = [];
  if (losses.has('capped')) reasons.push('lines-capped');
  if (losses.has('unstored')) reasons.push('lines-not-stored');
  return reasons;
}

interface Running {
  /** There is a store, and lines get there. */
  wanted(): boolean;
  /** Ends once nothing waits, or when the signal is aborted. */
  empty(signal: AbortSignal): void;
  end(): void;
  readonly over: Promise<void>;
}

function run(deps: KeepLinesDeps, backlog: Backlog, waiting: WaitingLines): Running {
  const { clock, log, store } = deps;
  const ended = new AbortController();
  const emptying = new AbortController();
  let wanted = store.isThere();
  const end = (): void => {
    ended.abort();
  };
  async function sealNowAndThen(): Promise<void> {
    while (!ended.signal.aborted) {
      wanted = store.isThere();
      await waiting.seal();
      await clock.sleep(LOOK_MS, ended.signal);
    }
  }
  const upload = uploadLines({ ...deps, backlog }, ended.signal, emptying.signal).finally(end);
  const over = Promise.all([upload, sealNowAndThen()]).then(
    () => undefined,
    (error: unknown) => {
      log.error({ err: error }, 'Lines of file access can no longer be kept');
      wanted = false;
      end();
    },
  );
  return {
    wanted: () => wanted && !ended.signal.aborted,
    empty: (signal) => {
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
      emptying.abort();
    },
    end,
    over,
  };
}
