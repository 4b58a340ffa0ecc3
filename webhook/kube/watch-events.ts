/** The lines of one watch answer as events: half a line is never an event, and an endless one is refused. */
import { z } from 'zod';

/** etcd refuses objects beyond 1.5 MiB; an event is one object and a frame around it. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

export type WatchEvent =
  | { readonly kind: 'present'; readonly object: unknown }
  | { readonly kind: 'gone'; readonly object: unknown }
  | { readonly kind: 'bookmark'; readonly resourceVersion: string }
  /** The server ends this watch: with 410 the resource version is too old, and only a new list helps. */
  | { readonly kind: 'failed'; readonly code: number; readonly message: string };

const frameSchema = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});
const versionedSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const statusSchema = z.object({ code: z.number().default(500), message: z.string().default('') });

export function resourceVersionOf(object: unknown): string {
  return versionedSchema.parse(object).metadata.resourceVersion;
}

function parseLine(line: string): WatchEvent {
  const frame = frameSchema.parse(JSON.parse(line));
  switch (frame.type) {
    case 'ADDED':
    case 'MODIFIED':
      return { kind: 'present', object: frame.object };
    case 'DELETED':
      return { kind: 'gone', object: frame.object };
    case 'BOOKMARK':
      return { kind: 'bookmark', resourceVersion: resourceVersionOf(frame.object) };
    case 'ERROR':
      return { kind: 'failed', ...statusSchema.parse(frame.object) };
  }
}

/**
 * Splits a body into events. A rest without a line end is dropped when the body ends: the connection was cut inside it.
 * Throws on a line that is no event or is longer than MAX_LINE_BYTES; the caller lists anew.
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  const decoder = new TextDecoder();
  let pending: string[] = [];
  let pendingLength = 0;
  for await (const chunk of body) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    const rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = pending.join('') + part;
      pending = [];
      pendingLength = 0;
      if (line.trim() !== '') yield parseLine(line);
    }
    pending.push(rest);
    pendingLength += rest.length;
    if (pendingLength > MAX_LINE_BYTES) throw new RangeError(`a watch event exceeds ${MAX_LINE_BYTES} bytes`);
  }
}
