/** The names of line files, and when the next one begins. */
import type { Stream } from './operations.ts';

/** What tells a reader when the lines' clock began, and where they come from. */
export const REFERENCE_FILE = 'reference_timestamps.json';

/** More than a million files of 4096 bytes, the smallest that may be asked for, come to no trace. */
const LINE_FILE = /^trace_(io|memory)_(0|[1-9]\d{0,6})\.log$/;

export interface LineFile {
  readonly stream: Stream;
  readonly index: number;
}

export function lineFileName({ stream, index }: LineFile): string {
  return `trace_${stream}_${index}.log`;
}

/** undefined for any other name. */
export function parseLineFile(name: string): LineFile | undefined {
  const [, stream, index] = LINE_FILE.exec(name) ?? [];
  return stream === undefined ? undefined : { stream: stream as Stream, index: Number(index) };
}

/**
 * The folder of a container's files: its name, else (64 hex digits are too long for a name) its ID; `_pod` for what ran in
 * none. A UUID apart, these and the two kinds of file are all that ever becomes part of a path.
 */
export const CONTAINER_FOLDER = /^(_pod|[0-9a-f]{64}|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$/;
export const NO_CONTAINER = '_pod';

/** @returns whether these lines, which are never split, begin a new file */
export function beginsNewFile(sizeBytes: number, linesBytes: number, rotateBytes: number): boolean {
  return sizeBytes > 0 && sizeBytes + linesBytes > rotateBytes;
}

export interface Reference {
  /** A moment within the trace, in seconds since 1970. */
  readonly seconds: number;
  /** Of Falco. */
  readonly version: string | null;
}

/**
 * FLAK's lines counted from the node's boot, and its readers add `ref_wall - ref_mono` to get the time of day. Falco tells
 * the time of day, so that lines of before and after a reboot have one clock, and the two are the same. The other entries
 * say what the lines are.
 */
export function renderReference({ seconds, version }: Reference): string {
  const reference = {
    ref_wall: seconds,
    ref_mono: seconds,
    clock: 'nanoseconds since 1970',
    source: version === null ? 'falco' : `falco ${version}`,
    enter_lines: 'derived from the exit event',
    enter_time: 'time of the exit',
    escapes: '\\xHH is a byte of UTF-8',
  };
  return `${JSON.stringify(reference)}\n`;
}
