/** `flak-files` as the tracer sees it (docs/files.md). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseLineFile } from '../../profile/files/line-files.ts';
import type { Stream } from '../../profile/files/operations.ts';
import { readEndpoint } from '../report/endpoint.ts';
import { createExchange, type Answer, type Exchange } from '../report/exchange.ts';

/**
 * - `stored`: the store has these bytes at this place. - `conflict`: it has others there, or not yet what comes before.
 * - `full`: nothing more of this trace is taken. - `rejected`: these bytes will never be. - `not-now`: they may be later.
 */
export type PutLines =
  | { readonly kind: 'stored' | 'conflict' | 'full' }
  | { readonly kind: 'rejected'; readonly message: string }
  | { readonly kind: 'not-now'; readonly message: string; readonly retryAfterMs: number };

export interface Destination {
  readonly folder: string;
  readonly name: string;
  readonly offset: number;
}

export interface FileStore {
  /** Whether there is a store at all, as far as the node knows. */
  isThere(): boolean;
  /** Both reject only when the signal is aborted. */
  put(destination: Destination, content: Buffer, signal: AbortSignal): Promise<PutLines>;
  /** The first number that no file of this stream has; undefined where that can't be known now. */
  nextIndex(folder: string, stream: Stream, signal: AbortSignal): Promise<number | undefined>;
}

/** In the store's certificate; no DNS is asked for it. */
const SERVER_NAME = 'flak-files.flak-system.svc';
/** A chunk has a mebibyte: over a slow disk and a slow network. */
const TIMEOUT_MS = 30_000;
/** A list of files; the store itself bounds how many a trace has. */
const LIST_BYTES = 4 * 1024 * 1024;

/** @param directory with the files ca.crt, address, port and token; all but the token are missing where no store is installed */
export function openFileStore(directory: string, podUid: string): FileStore {
  const endpoint = { endpointDir: directory, tokenFile: join(directory, 'token') };
  const exchange = createExchange(() => readEndpoint(endpoint), SERVER_NAME);
  return createFileStore(exchange, podUid, () => existsSync(join(directory, 'ca.crt')));
}

const listSchema = z.object({ files: z.array(z.object({ folder: z.string(), name: z.string() })) });
const fullSchema = z.object({ scope: z.enum(['trace', 'store', 'disk']) });

export function createFileStore(exchange: Exchange, podUid: string, isThere: () => boolean): FileStore {
  const base = `/v1/traces/${podUid}/files`;
  return {
    isThere,
    put: async ({ folder, name, offset }, body, signal) => {
      const path = `${base}/${folder}/${name}?offset=${offset}`;
      const contentType = 'application/octet-stream';
      try {
        return outcomeOf(await exchange({ method: 'PUT', path, body, contentType, timeoutMs: TIMEOUT_MS, signal }));
      } catch (error) {
        signal.throwIfAborted();
        return { kind: 'not-now', message: error instanceof Error ? error.message : String(error), retryAfterMs: 0 };
      }
    },
    nextIndex: async (folder, stream, signal) => {
      try {
        const bounds = { timeoutMs: TIMEOUT_MS, answerBytes: LIST_BYTES };
        const { status, body } = await exchange({ method: 'GET', path: base, ...bounds, signal });
        const listed = listSchema.safeParse(body);
        return status === 200 && listed.success ? nextAfter(listed.data.files, folder, stream) : undefined;
      } catch {
        signal.throwIfAborted();
        return undefined;
      }
    },
  };
}

function nextAfter(files: z.infer<typeof listSchema>['files'], folder: string, stream: Stream): number {
  const indices = files
    .filter((file) => file.folder === folder)
    .map(({ name }) => parseLineFile(name))
    .map((file) => (file?.stream === stream ? file.index : -1));
  return Math.max(-1, ...indices) + 1;
}

function outcomeOf(answer: Answer): PutLines {
  const message = `HTTP ${answer.status} ${JSON.stringify(answer.body ?? null).slice(0, 256)}`;
  switch (answer.status) {
    case 200:
      return { kind: 'stored' };
    case 409:
      return { kind: 'conflict' };
    case 507:
      // The trace's own share is used up for good; the store's and its disk's may become free.
      if (fullSchema.safeParse(answer.body).data?.scope === 'trace') return { kind: 'full' };
      return { kind: 'not-now', message, retryAfterMs: answer.retryAfterMs ?? 30_000 };
    case 400:
    case 413:
    case 415:
      return { kind: 'rejected', message };
    default: {
      // As with reports (report/control-plane.ts): a token or a pod that isn't known yet.
      const unknownYet = answer.status === 401 || answer.status === 403;
      return { kind: 'not-now', message, retryAfterMs: answer.retryAfterMs ?? (unknownYet ? 1000 : 0) };
    }
  }
}
