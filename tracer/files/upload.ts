/** Brings a trace's lines to the store, chunk by chunk and in order, for as long as it takes. */
import type { Logger } from 'pino';
import { REFERENCE_FILE } from '../../profile/files/line-files.ts';
import type { Clock } from '../clock.ts';
import { backoffMs } from '../report/backoff.ts';
import type { Backlog } from './backlog.ts';
import { destinationOf, type Chunk, type Move } from './chunk.ts';
import type { FileStore, PutLines } from './file-store.ts';

export interface UploadDeps {
  readonly store: FileStore;
  readonly backlog: Backlog;
  /** Content of the reference file, sent before a container's first lines. */
  readonly reference: () => string;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly random: () => number;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Between two looks for a chunk, or for a store where there is none. */
const LOOK_MS = { chunk: 250, store: 5000 } as const;

/**
 * Ends when the signal is aborted, or (`untilEmpty`) when nothing waits any more. Rejects when the node's disk can't be read.
 */
export async function uploadLines(deps: UploadDeps, signal: AbortSignal, untilEmpty: AbortSignal): Promise<void> {
  const referenced = new Set<string>();
  let failures = 0;
  while (!signal.aborted) {
    const next = deps.backlog.oldest();
    if (next === undefined) {
      if (untilEmpty.aborted) return;
      await deps.clock.sleep(LOOK_MS.chunk, AbortSignal.any([signal, untilEmpty]));
    } else if (!deps.store.isThere()) {
      await deps.clock.sleep(LOOK_MS.store, signal);
    } else {
      const outcome = await bring(deps, next, referenced, signal);
      failures = outcome.kind === 'not-now' ? failures + 1 : 0;
      if (outcome.kind !== 'not-now') continue;
      deps.log.warn({ failures, reason: outcome.message }, 'Lines of file access could not be uploaded yet');
      await deps.clock.sleep(backoffMs(failures, deps.random(), outcome.retryAfterMs), signal);
    }
  }
}

interface Next {
  readonly chunk: Chunk;
  readonly move: Move | undefined;
}

async function bring(
  deps: UploadDeps,
  { chunk, move }: Next,
  referenced: Set<string>,
  signal: AbortSignal,
): Promise<PutLines> {
  const { backlog, log, store } = deps;
  const { folder } = chunk;
  if (!referenced.has(folder)) {
    // One that an earlier tracer of the trace has sent says the same.
    const content = Buffer.from(deps.reference());
    const sent = await attempt(() => store.put({ folder, name: REFERENCE_FILE, offset: 0 }, content, signal), signal);
    if (sent.kind === 'not-now') return sent;
    referenced.add(folder);
  }
  const content = await backlog.read(chunk);
  const outcome = await attempt(() => store.put({ folder, ...destinationOf(chunk, move) }, content, signal), signal);
  switch (outcome.kind) {
    case 'stored':
      await backlog.settle(chunk, 'uploaded');
      return outcome;
    case 'conflict':
      return moveAway(deps, chunk, signal);
    case 'full':
      log.warn({}, 'The store takes no more lines of this trace');
      await backlog.refuse();
      return outcome;
    case 'rejected':
      log.error({ reason: outcome.message }, 'Lines of file access were rejected');
      await backlog.settle(chunk, 'lost');
      return outcome;
    case 'not-now':
      return outcome;
  }
}

/** The store has other bytes where this chunk would go, or lacks those before it: it begins a file of its own. */
async function moveAway({ store, backlog, log }: UploadDeps, chunk: Chunk, signal: AbortSignal): Promise<PutLines> {
  const next = await store.nextIndex(chunk.folder, chunk.stream, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return undefined;
  });
  if (next === undefined) return { kind: 'not-now', message: 'the store has other lines there', retryAfterMs: 1000 };
  log.warn({ index: next }, 'The store has other lines under this number; these get the next one');
  backlog.move(chunk, next - chunk.index);
  return { kind: 'conflict' };
}

/** What the end of the signal interrupts is tried by the next tracer. */
async function attempt(put: () => Promise<PutLines>, signal: AbortSignal): Promise<PutLines> {
  try {
    return await put();
  } catch (error) {
    if (!signal.aborted) throw error;
    return { kind: 'not-now', message: 'the tracer ends', retryAfterMs: 0 };
  }
}
