/**
 * The lines of a trace on their way from Falco to the node's disk. Taking them never waits and never fails: what there
 * is no room for is dropped and counted.
 */
import type { Lines } from '../../profile/files/flak-line.ts';
import { LINES_PER_CALL, type Backlog } from './backlog.ts';
import { createGathering } from './gathering.ts';

/** What is in memory is lost with the tracer: some chunks of several containers. */
const MEMORY_BYTES = 8 * 1024 * 1024;
/** Small chunks are made while they can be uploaded as they come, larger ones while they pile up. */
const CHUNK_AGE_MS = { calm: 1000, piling: 30_000 } as const;
const CALM_CHUNKS = 4;
/** Of a file system's entries; at the longer age these last for most of a day. */
const MAX_CHUNKS = 8192;

export interface WaitingLines {
  take(folder: string, lines: Lines): void;
  /** Writes what has been gathered for long enough, or (`all`) everything; ends when it is on the disk. */
  seal(all?: 'all'): Promise<void>;
}

export interface WaitingLinesDeps {
  readonly backlog: Backlog;
  readonly rotateBytes: number;
  /** On the disk and in memory together. */
  readonly capBytes: number;
  readonly nowMs: () => number;
}

export function createWaitingLines({ backlog, rotateBytes, capBytes, nowMs }: WaitingLinesDeps): WaitingLines {
  let memoryBytes = 0;
  let writing = Promise.resolve();
  const gathering = createGathering({
    sizes: backlog.sizes(),
    rotateBytes,
    nowMs,
    onClosed: (gathered) => {
      writing = writing
        .then(() => backlog.write(gathered))
        .then(() => {
          memoryBytes -= gathered.bytes;
        });
    },
  });
  return {
    take: (folder, lines) => {
      const length = Buffer.byteLength(lines.text);
      const { bytes, chunks, refused } = backlog.tell();
      const full = memoryBytes + length > MEMORY_BYTES || bytes + memoryBytes + length > capBytes;
      if (refused) backlog.drop(LINES_PER_CALL, 'unstored');
      else if (full || chunks >= MAX_CHUNKS) backlog.drop(LINES_PER_CALL, 'capped');
      else {
        memoryBytes += length;
        gathering.add(folder, lines, length);
      }
    },
    seal: (all) => {
      const ageMs = backlog.tell().chunks < CALM_CHUNKS ? CHUNK_AGE_MS.calm : CHUNK_AGE_MS.piling;
      gathering.close(all === 'all' ? 0 : ageMs);
      return writing;
    },
  };
}
