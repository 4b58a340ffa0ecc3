/** The folder on the node in which a trace's lines wait for their upload: chunks, and what a successor has to know besides. */
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { chunkName, parseChunkName, streamKey, type Chunk, type Move, type Position, type StreamKey } from './chunk.ts';

export interface SpoolState {
  readonly positions: ReadonlyMap<StreamKey, Position>;
  readonly moves: ReadonlyMap<StreamKey, Move>;
  /** Lines, since the trace began. */
  readonly counts: LineCounts;
}

export interface LineCounts {
  /** Written to the node's disk. */
  readonly kept: number;
  readonly dropped: number;
  readonly uploaded: number;
}

/** All reject with what the file system says. */
export interface Spool {
  /** What was found when it was opened: chunks in their order, and the state, positions of those chunks included. */
  readonly found: { readonly chunks: readonly Chunk[]; readonly state: SpoolState };
  /** Appears whole or not at all. */
  write(chunk: Chunk, content: Buffer): Promise<void>;
  read(chunk: Chunk): Promise<Buffer>;
  remove(chunk: Chunk): Promise<void>;
  save(state: SpoolState): Promise<void>;
  /** The whole folder. */
  discard(): Promise<void>;
}

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const key = z.templateLiteral([z.string(), '/', z.enum(['io', 'memory'])]);
const stateSchema = z.object({
  version: z.literal(1),
  positions: z.array(z.tuple([key, z.object({ index: count, size: count })])),
  moves: z.array(z.tuple([key, z.object({ index: count, offset: count, by: z.number().int() })])),
  counts: z.object({ kept: count, dropped: count, uploaded: count }),
});

const STATE = 'state.json';
const NOTHING: SpoolState = { positions: new Map(), moves: new Map(), counts: { kept: 0, dropped: 0, uploaded: 0 } };

/**
 * Makes the folder where there is none.
 * @throws where the disk doesn't let it
 */
export function openSpool(directory: string): Spool {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const chunks = listChunks(directory);
  const place = (chunk: Chunk): string => join(directory, chunkName(chunk));
  async function replace(path: string, content: Buffer | string): Promise<void> {
    const scratch = `${path}.new`;
    try {
      await writeFile(scratch, content, { mode: 0o600 });
      await rename(scratch, path);
    } catch (error) {
      await rm(scratch, { force: true });
      throw error;
    }
  }
  return {
    found: { chunks, state: stateAfter(chunks, readState(directory)) },
    write: (chunk, content) => replace(place(chunk), content),
    read: (chunk) => readFile(place(chunk)),
    remove: (chunk) => rm(place(chunk), { force: true }),
    save: ({ positions, moves, counts }) =>
      replace(
        join(directory, STATE),
        JSON.stringify({ version: 1, positions: [...positions], moves: [...moves], counts }),
      ),
    discard: () => rm(directory, { recursive: true, force: true }),
  };
}

const POD_UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * UIDs of the pods whose lines have not been added to since.
 * @param before those of a tracer that may still be at work, though its pod is gone, are younger
 */
export function listSpools(root: string, before: Date): string[] {
  try {
    return readdirSync(root).filter((name) => POD_UID.test(name) && statSync(join(root, name)).mtime < before);
  } catch {
    // No lines have been asked for on this node, or another tracer swept at the same time.
    return [];
  }
}

function listChunks(directory: string): Chunk[] {
  return readdirSync(directory)
    .flatMap((name) => parseChunkName(name, statSync(join(directory, name)).size) ?? [])
    .sort((one, other) => one.sequence - other.sequence);
}

function readState(directory: string): SpoolState {
  try {
    const { positions, moves, counts } = stateSchema.parse(JSON.parse(readFileSync(join(directory, STATE), 'utf8')));
    return { positions: new Map(positions), moves: new Map(moves), counts };
  } catch {
    // None, or none that can be read: the store's answers tell where files end.
    return NOTHING;
  }
}

/** A chunk may have been written after the state was. */
function stateAfter(chunks: readonly Chunk[], state: SpoolState): SpoolState {
  const positions = new Map(state.positions);
  for (const chunk of chunks) {
    const known = positions.get(streamKey(chunk));
    const size = chunk.offset + chunk.bytes;
    if (known === undefined || chunk.index > known.index || (chunk.index === known.index && size > known.size))
      positions.set(streamKey(chunk), { index: chunk.index, size });
  }
  const waiting = chunks.reduce((sum, { lines }) => sum + lines, 0);
  const { kept, dropped, uploaded } = state.counts;
  return { ...state, positions, counts: { kept: Math.max(kept, uploaded + waiting), dropped, uploaded } };
}
