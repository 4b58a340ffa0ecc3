/** A piece of a line file that waits on the node until it is uploaded: whole lines, written once. Pure. */
import { CONTAINER_FOLDER, lineFileName } from '../../profile/files/line-files.ts';
import type { Stream } from '../../profile/files/operations.ts';

export interface Chunk {
  /** Chunks are uploaded in this order. */
  readonly sequence: number;
  readonly folder: string;
  readonly stream: Stream;
  /** Which file, and where in it. */
  readonly index: number;
  readonly offset: number;
  readonly bytes: number;
  readonly lines: number;
}

/** What is known of a chunk that is all in its name: a tracer that is killed leaves nothing else behind. */
const NAME = /^(\d{12})@([^@]+)@(io|memory)@(\d{1,7})@(\d{1,15})@(\d{1,9})$/;

export function chunkName({ sequence, folder, stream, index, offset, lines }: Chunk): string {
  return [String(sequence).padStart(12, '0'), folder, stream, index, offset, lines].join('@');
}

/** undefined for a name that is no chunk's, such as that of one that was still being written. */
export function parseChunkName(name: string, bytes: number): Chunk | undefined {
  const [, sequence, folder = '', stream, index, offset, lines] = NAME.exec(name) ?? [];
  if (sequence === undefined || !CONTAINER_FOLDER.test(folder)) return undefined;
  return {
    sequence: Number(sequence),
    folder,
    stream: stream as Stream,
    index: Number(index),
    offset: Number(offset),
    bytes,
    lines: Number(lines),
  };
}

/** Of a stream of one container. */
export type StreamKey = `${string}/${Stream}`;

export function streamKey({ folder, stream }: Pick<Chunk, 'folder' | 'stream'>): StreamKey {
  return `${folder}/${stream}`;
}

/** Where the next chunk of a stream goes. */
export interface Position {
  readonly index: number;
  readonly size: number;
}

/**
 * From which chunk on a stream's files have other numbers in the store than here: what the store has under a number is
 * another tracer's, whose own count was lost with its node's disk.
 */
export interface Move {
  readonly index: number;
  readonly offset: number;
  /** Added to the number. */
  readonly by: number;
}

/** Where a chunk goes in the store. */
export function destinationOf(
  chunk: Chunk,
  move: Move | undefined,
): { readonly name: string; readonly offset: number } {
  const { stream, index, offset } = chunk;
  if (move === undefined) return { name: lineFileName({ stream, index }), offset };
  return {
    name: lineFileName({ stream, index: index + move.by }),
    offset: index === move.index ? offset - move.offset : offset,
  };
}
