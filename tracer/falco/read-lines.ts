/** Reads what Falco prints without being kept from anything else by it. */
import type { Readable } from 'node:stream';
import type { LineSplitter } from './split-lines.ts';

export interface Pace {
  readonly nowMs: () => number;
  readonly later: (ms: number, then: () => void) => void;
}

const REAL: Pace = {
  nowMs: () => performance.now(),
  later: (ms, then) => void setTimeout(then, ms),
};

/** What comes meanwhile is read in one piece. */
const SHORTEST_PAUSE_MS = 1;
/** Of lines one after the other; a piece of output may hold hundreds. */
const SLICE_MS = 2;

/**
 * Reads half of the time at most, in slices: after each of them everything else that the tracer has to do gets its turn, and nothing is
 * read for as long as the slice took. A tracer that always had something to read would be last to run on a busy machine, and come too late
 * for the record of a container that lives for a tenth of a second. What isn't read in time Falco drops, and counts.
 * @returns resolves when the output is closed and read
 */
export function readLines(
  output: Readable,
  splitter: Pick<LineSplitter, 'push'>,
  onLine: (line: string) => void,
  { nowMs, later }: Pace = REAL,
): Promise<void> {
  function readSlice(lines: readonly string[]): void {
    const beganMs = nowMs();
    let read = 0;
    for (const line of lines) {
      onLine(line);
      read += 1;
      if (nowMs() - beganMs >= SLICE_MS) break;
    }
    later(Math.max(SHORTEST_PAUSE_MS, nowMs() - beganMs), () => {
      if (read < lines.length) readSlice(lines.slice(read));
      else output.resume();
    });
  }

  output.on('data', (chunk: Buffer) => {
    output.pause();
    readSlice(splitter.push(chunk));
  });
  return new Promise((resolve) => {
    output.once('close', resolve);
  });
}
