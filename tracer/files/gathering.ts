/** Lines in memory, until there are enough of a stream for a chunk. Decides where files end. */
import type { Lines } from '../../profile/files/flak-line.ts';
import { beginsNewFile } from '../../profile/files/line-files.ts';
import { streamKey, type Chunk, type StreamKey } from './chunk.ts';

/** Lines that go into one chunk. */
export interface Gathered extends Pick<Chunk, 'folder' | 'stream'> {
  readonly texts: string[];
  bytes: number;
  readonly sinceMs: number;
  /** They are the first of a new file. */
  readonly startsFile: boolean;
}

export interface Gathering {
  /** @param bytes length of the lines */
  add(folder: string, lines: Lines, bytes: number): void;
  /** Closes what was begun so long ago. */
  close(ageMs: number): void;
}

export interface GatheringDeps {
  /** Of the current files; those that have none yet are missing. */
  readonly sizes: ReadonlyMap<StreamKey, number>;
  readonly rotateBytes: number;
  readonly nowMs: () => number;
  readonly onClosed: (gathered: Gathered) => void;
}

/** A chunk is one upload. */
const CHUNK_BYTES = 1024 * 1024;

export function createGathering({ sizes: known, rotateBytes, nowMs, onClosed }: GatheringDeps): Gathering {
  const open = new Map<StreamKey, Gathered>();
  /** With what has not been written yet. */
  const sizes = new Map(known);

  function close(gathered: Gathered): void {
    open.delete(streamKey(gathered));
    onClosed(gathered);
  }

  return {
    add: (folder, { stream, text }, bytes) => {
      const key = streamKey({ folder, stream });
      const size = sizes.get(key) ?? 0;
      const startsFile = beginsNewFile(size, bytes, rotateBytes);
      let gathered = open.get(key);
      if (gathered !== undefined && (startsFile || gathered.bytes + bytes > CHUNK_BYTES)) {
        close(gathered);
        gathered = undefined;
      }
      gathered ??= { folder, stream, texts: [], bytes: 0, sinceMs: nowMs(), startsFile };
      gathered.texts.push(text);
      gathered.bytes += bytes;
      open.set(key, gathered);
      sizes.set(key, startsFile ? bytes : size + bytes);
    },
    close: (ageMs) => {
      for (const gathered of [...open.values()]) if (nowMs() - gathered.sinceMs >= ageMs) close(gathered);
    },
  };
}
