/** The files of all traces on the claim: what there is, and how much of it may be. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { appendChunk, type Appended } from './append.ts';
import { syncFolder } from './sync-folder.ts';
import { readShelf, writeTraceFile, type ShelvedTrace, type TraceIdentity } from './read-shelf.ts';

export interface ShelfLimits {
  readonly traceBytes: number;
  readonly totalBytes: number;
  /** `remove-oldest`: traces that nothing was added to for the longest time make room. */
  readonly whenFull: 'refuse' | 'remove-oldest';
}

/** Bounds of the index in memory: some 200 bytes a file. */
export const SHELF_BOUNDS = { traces: 10_000, filesPerTrace: 4096 } as const;

export interface FilePlace {
  readonly folder: string;
  readonly name: string;
}

/**
 * - `stored`: these bytes are at this place, from now on or already. - `conflict`: others are, or bytes before them are missing.
 * - `full`: the trace's share, the store's, or the disk itself is used up.
 */
export type Put =
  | { readonly kind: 'stored' | 'conflict'; readonly size: number }
  | { readonly kind: 'full'; readonly scope: 'trace' | 'store' | 'disk' };

export interface Shelf {
  put(trace: TraceIdentity, place: FilePlace, offset: number, content: Buffer): Promise<Put>;
  list(): ShelvedTrace[];
  find(uid: string): ShelvedTrace | undefined;
  /** As it is now; undefined where there is none. */
  read(uid: string, place: FilePlace): { readonly bytes: number; readonly content: Readable } | undefined;
  readonly bytes: () => number;
}

export interface ShelfDeps {
  readonly root: string;
  readonly limits: ShelfLimits;
  readonly nowMs: () => number;
  /** Told of a trace whose files made room for others. */
  readonly onRemoved: (trace: TraceIdentity) => void;
}

/** Reads what is there. Rejects where the claim can't be read. */
export async function openShelf(deps: ShelfDeps): Promise<Shelf> {
  const traces = await readShelf(deps.root);
  return new ClaimShelf(deps, traces);
}

class ClaimShelf implements Shelf {
  readonly #deps: ShelfDeps;
  readonly #traces: Map<string, ShelvedTrace>;
  /** One write after the other, so that what is counted is what there is. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(deps: ShelfDeps, traces: Map<string, ShelvedTrace>) {
    this.#deps = deps;
    this.#traces = traces;
  }

  readonly bytes = (): number => this.#traces.values().reduce((sum, { bytes }) => sum + bytes, 0);

  list(): ShelvedTrace[] {
    return [...this.#traces.values()];
  }

  find(uid: string): ShelvedTrace | undefined {
    return this.#traces.get(uid);
  }

  read(uid: string, place: FilePlace): { bytes: number; content: Readable } | undefined {
    const bytes = this.#traces.get(uid)?.files.get(keyOf(place));
    if (bytes === undefined) return undefined;
    // What is added meanwhile is not part of it: its length has been told.
    return { bytes, content: createReadStream(this.#path(uid, place), { start: 0, end: Math.max(0, bytes - 1) }) };
  }

  put(identity: TraceIdentity, place: FilePlace, offset: number, content: Buffer): Promise<Put> {
    const written = this.#writing.then(() => this.#append(identity, place, offset, content));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #append(identity: TraceIdentity, place: FilePlace, offset: number, content: Buffer): Promise<Put> {
    const trace = this.#traces.get(identity.uid);
    const size = trace?.files.get(keyOf(place)) ?? 0;
    if (offset > size) return { kind: 'conflict', size };
    const addedBytes = Math.max(0, offset + content.length - size);
    const scope = addedBytes === 0 ? undefined : await this.#missingRoom(identity.uid, trace, place, addedBytes);
    if (scope !== undefined) return { kind: 'full', scope };
    const shelved = trace ?? (await this.#begin(identity));
    const folder = join(this.#deps.root, identity.uid, place.folder);
    await mkdir(folder, { recursive: true });
    const appended = await appendChunk(this.#path(identity.uid, place), { size, offset, content });
    if (size === 0) for (const changed of [folder, dirname(folder)]) await syncFolder(changed);
    return this.#account(shelved, place, appended);
  }

  #account(trace: ShelvedTrace, place: FilePlace, appended: Appended): Put {
    if (appended.kind === 'disk-full') return { kind: 'full', scope: 'disk' };
    const { size } = appended;
    trace.bytes += size - (trace.files.get(keyOf(place)) ?? 0);
    if (size > 0) trace.files.set(keyOf(place), size);
    trace.updatedAtMs = this.#deps.nowMs();
    return appended.kind === 'differs' ? { kind: 'conflict', size } : { kind: 'stored', size };
  }

  async #begin(identity: TraceIdentity): Promise<ShelvedTrace> {
    await writeTraceFile(this.#deps.root, identity);
    const trace = { ...identity, files: new Map<string, number>(), bytes: 0, updatedAtMs: this.#deps.nowMs() };
    this.#traces.set(identity.uid, trace);
    return trace;
  }

  /** @returns whose room is used up; undefined where there is enough, which may have been made */
  async #missingRoom(
    uid: string,
    trace: ShelvedTrace | undefined,
    place: FilePlace,
    bytes: number,
  ): Promise<'trace' | 'store' | undefined> {
    const { limits } = this.#deps;
    const isNewFile = trace?.files.has(keyOf(place)) !== true;
    if ((trace?.bytes ?? 0) + bytes > limits.traceBytes) return 'trace';
    if (isNewFile && (trace?.files.size ?? 0) >= SHELF_BOUNDS.filesPerTrace) return 'trace';
    while (this.bytes() + bytes > limits.totalBytes || (!trace && this.#traces.size >= SHELF_BOUNDS.traces)) {
      const oldest = limits.whenFull === 'refuse' ? undefined : this.#oldestBut(uid);
      if (oldest === undefined) return 'store';
      this.#traces.delete(oldest.uid);
      await rm(join(this.#deps.root, oldest.uid), { recursive: true, force: true });
      this.#deps.onRemoved(oldest);
    }
    return undefined;
  }

  #oldestBut(uid: string): ShelvedTrace | undefined {
    const others = this.list().filter((trace) => trace.uid !== uid);
    return others.sort((one, other) => one.updatedAtMs - other.updatedAtMs)[0];
  }

  #path(uid: string, { folder, name }: FilePlace): string {
    return join(this.#deps.root, uid, folder, name);
  }
}

export function keyOf({ folder, name }: FilePlace): string {
  return `${folder}/${name}`;
}
