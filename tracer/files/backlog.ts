/** Chunks on the node's disk, and what became of all lines of the trace. */
import { streamKey, type Chunk, type Move, type Position, type StreamKey } from './chunk.ts';
import type { Gathered } from './gathering.ts';
import type { LineCounts, Spool } from './spool.ts';

/** An enter and an exit line. */
export const LINES_PER_CALL = 2;

/**
 * Why lines were dropped. `capped`: more waited than may, or the disk didn't take them. `unstored`: the store doesn't want
 * them, or wasn't reached in time.
 */
export type Loss = 'capped' | 'unstored';

export interface BacklogState {
  readonly counts: LineCounts;
  readonly losses: ReadonlySet<Loss>;
  readonly bytes: number;
  readonly chunks: number;
  readonly refused: boolean;
}

export class Backlog {
  readonly #spool: Spool;
  readonly #onTrouble: (error: unknown) => void;
  readonly #chunks: Chunk[];
  readonly #positions: Map<StreamKey, Position>;
  readonly #moves: Map<StreamKey, Move>;
  readonly #counts: { -readonly [K in keyof LineCounts]: LineCounts[K] };
  readonly #losses = new Set<Loss>();
  #bytes: number;
  #sequence: number;
  #refused = false;

  /** @param onTrouble told that the disk didn't take a chunk */
  constructor(spool: Spool, onTrouble: (error: unknown) => void) {
    const { chunks, state } = spool.found;
    this.#spool = spool;
    this.#onTrouble = onTrouble;
    this.#chunks = [...chunks];
    this.#positions = new Map(state.positions);
    this.#moves = new Map(state.moves);
    this.#counts = { ...state.counts };
    this.#bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
    this.#sequence = chunks.at(-1)?.sequence ?? 0;
  }

  /** Sizes of the files that lines are appended to. */
  sizes(): ReadonlyMap<StreamKey, number> {
    return new Map([...this.#positions].map(([key, { size }]) => [key, size]));
  }

  /** Onto the disk; what it doesn't take is dropped. Never rejects. */
  async write({ folder, stream, texts, startsFile, bytes }: Gathered): Promise<void> {
    const lines = texts.length * LINES_PER_CALL;
    if (this.#refused) {
      this.drop(lines, 'unstored');
      return;
    }
    const { index, size } = this.#positions.get(streamKey({ folder, stream })) ?? { index: 0, size: 0 };
    const place = startsFile && size > 0 ? { index: index + 1, offset: 0 } : { index, offset: size };
    const chunk: Chunk = { sequence: (this.#sequence += 1), folder, stream, ...place, bytes, lines };
    try {
      await this.#spool.write(chunk, Buffer.from(texts.join('')));
    } catch (error) {
      this.drop(lines, 'capped');
      this.#onTrouble(error);
      return;
    }
    this.#chunks.push(chunk);
    this.#positions.set(streamKey(chunk), { index: place.index, size: place.offset + bytes });
    this.#counts.kept += lines;
    this.#bytes += bytes;
  }

  /** The next to upload, with where it goes. */
  oldest(): { readonly chunk: Chunk; readonly move: Move | undefined } | undefined {
    const [chunk] = this.#chunks;
    return chunk === undefined ? undefined : { chunk, move: this.#moves.get(streamKey(chunk)) };
  }

  read(chunk: Chunk): Promise<Buffer> {
    return this.#spool.read(chunk);
  }

  /** It is in the store, or (`lost`) will never be. */
  async settle(chunk: Chunk, end: 'uploaded' | 'lost'): Promise<void> {
    this.#chunks.splice(this.#chunks.indexOf(chunk), 1);
    this.#bytes -= chunk.bytes;
    if (end === 'uploaded') this.#counts.uploaded += chunk.lines;
    else this.drop(chunk.lines, 'unstored');
    // First the state: a successor that found neither would write to the file's beginning.
    await this.save();
    await this.#spool.remove(chunk);
  }

  /** From this chunk on its stream's files have other numbers in the store. */
  move(chunk: Chunk, by: number): void {
    this.#moves.set(streamKey(chunk), { index: chunk.index, offset: chunk.offset, by });
  }

  /** Nothing is wanted any more, of what waits nor of what comes. */
  async refuse(): Promise<void> {
    this.#refused = true;
    for (const chunk of [...this.#chunks]) await this.settle(chunk, 'lost');
  }

  save(): Promise<void> {
    return this.#spool.save({ positions: this.#positions, moves: this.#moves, counts: this.#counts });
  }

  drop(lines: number, why: Loss): void {
    this.#counts.dropped += lines;
    this.#losses.add(why);
  }

  tell(): BacklogState {
    const counts = { ...this.#counts };
    return { counts, losses: this.#losses, bytes: this.#bytes, chunks: this.#chunks.length, refused: this.#refused };
  }
}
