/** A node's folder in memory, and a store that takes what fits as docs/files.md says. */
import type { Chunk } from '../../../../tracer/files/chunk.ts';
import { chunkName } from '../../../../tracer/files/chunk.ts';
import type { Destination, FileStore, PutLines } from '../../../../tracer/files/file-store.ts';
import type { Spool, SpoolState } from '../../../../tracer/files/spool.ts';

export const NOTHING: SpoolState = {
  positions: new Map(),
  moves: new Map(),
  counts: { kept: 0, dropped: 0, uploaded: 0 },
};

export class MemorySpool implements Spool {
  readonly found: Spool['found'];
  readonly chunks = new Map<string, Buffer>();
  saved: SpoolState | undefined;
  /** Of the next write, instead of writing. */
  trouble: Error | undefined;
  discarded = false;

  constructor(found: Spool['found'] = { chunks: [], state: NOTHING }) {
    this.found = found;
  }
  write(chunk: Chunk, content: Buffer): Promise<void> {
    if (this.trouble !== undefined) return Promise.reject(this.trouble);
    this.chunks.set(chunkName(chunk), content);
    return Promise.resolve();
  }
  read(chunk: Chunk): Promise<Buffer> {
    return Promise.resolve(this.chunks.get(chunkName(chunk)) ?? Buffer.alloc(0));
  }
  remove(chunk: Chunk): Promise<void> {
    this.chunks.delete(chunkName(chunk));
    return Promise.resolve();
  }
  save(state: SpoolState): Promise<void> {
    this.saved = { ...state, counts: { ...state.counts } };
    return Promise.resolve();
  }
  discard(): Promise<void> {
    this.discarded = true;
    return Promise.resolve();
  }
}

export class MemoryStore implements FileStore {
  readonly files = new Map<string, Buffer>();
  there = true;
  /** Instead of taking what is put; the first one first. `lost-answer`: takes it, and the answer gets lost. */
  readonly answers: (PutLines | 'lost-answer')[] = [];
  /** Instead of taking anything, for as long as it is set. */
  always: PutLines | undefined;
  puts = 0;

  isThere(): boolean {
    return this.there;
  }
  put(destination: Destination, content: Buffer): Promise<PutLines> {
    this.puts += 1;
    const answer = this.always ?? this.answers.shift();
    if (answer !== undefined && answer !== 'lost-answer') return Promise.resolve(answer);
    const outcome = this.#take(destination, content);
    const lost = { kind: 'not-now', message: 'the answer was lost', retryAfterMs: 0 } as const;
    return Promise.resolve(answer === 'lost-answer' ? lost : outcome);
  }
  #take({ folder, name, offset }: Destination, content: Buffer): PutLines {
    const key = `${folder}/${name}`;
    const present = this.files.get(key) ?? Buffer.alloc(0);
    const known = Math.min(present.length - offset, content.length);
    if (known < 0 || !present.subarray(offset, offset + known).equals(content.subarray(0, known)))
      return { kind: 'conflict' };
    this.files.set(key, Buffer.concat([present, content.subarray(known)]));
    return { kind: 'stored' };
  }
  nextIndex(folder: string, stream: string): Promise<number | undefined> {
    const prefix = `${folder}/trace_${stream}_`;
    const names = [...this.files.keys()].filter((key) => key.startsWith(prefix));
    return Promise.resolve(Math.max(-1, ...names.map((key) => Number.parseInt(key.slice(prefix.length), 10))) + 1);
  }
  /** All files of a stream one after the other, in the order of their numbers. */
  text(folder: string, stream: string): string {
    const prefix = `${folder}/trace_${stream}_`;
    return [...this.files]
      .filter(([key]) => key.startsWith(prefix))
      .sort(
        ([one], [other]) =>
          Number.parseInt(one.slice(prefix.length), 10) - Number.parseInt(other.slice(prefix.length), 10),
      )
      .map(([, content]) => content.toString())
      .join('');
  }
}
