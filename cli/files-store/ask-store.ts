/** Requests to the store over a connection that is made for them. */
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { connect } from 'node:tls';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { isFileName, isFolder } from '../../webhook/files/path-parts.ts';
import { FILES } from '../../webhook/names.ts';
import type { Result } from '../ending.ts';
import { environment, finding, ok } from '../ending.ts';
import { reasonOf } from '../write-whole.ts';
import { storedTraceSchema, type FilesReader } from './files-reader.ts';

export interface StoreDoor {
  /** A connection to the store's port. */
  readonly dial: () => Promise<Duplex>;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

const tracesSchema = z.object({ traces: z.array(storedTraceSchema) });
const filesSchema = z.object({
  files: z.array(
    z.object({ folder: z.string().refine(isFolder), name: z.string().refine(isFileName), bytes: z.number().min(0) }),
  ),
});

export function createFilesReader(door: StoreDoor): FilesReader {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = (_options, callback) => {
    // The store is who it says it is, whatever lies between: the name in its certificate, by its own authority.
    door.dial().then(
      (socket) => callback?.(null, connect({ socket, ca: door.ca, servername: FILES.serverName })),
      (error: unknown) => callback?.(error instanceof Error ? error : new Error(String(error)), undefined as never),
    );
    return undefined;
  };
  async function get(path: string): Promise<Result<IncomingMessage>> {
    try {
      const response = await send(agent, door.token, path);
      if (response.statusCode === 200) return ok(response);
      response.resume();
      if (response.statusCode === 404)
        return finding('the store has no such file; `flak files list` shows what it has.');
      return environment(`the store answered ${response.statusCode ?? 0}; its log says why (deploy/flak-files).`);
    } catch (thrown) {
      return environment(`the store can't be reached (${reasonOf(thrown)}); is the pod of deploy/flak-files ready?`);
    }
  }
  async function read<T>(path: string, schema: z.ZodType<T>): Promise<Result<T>> {
    const response = await get(path);
    if (response.kind !== 'ok') return response;
    const parsed = schema.safeParse(await json(response.value).catch(() => undefined));
    return parsed.success
      ? ok(parsed.data)
      : environment('the store answered in a way that this version of flak does not know.');
  }
  return {
    traces: async (query) => {
      const listed = await read(`/v1/traces?${new URLSearchParams(query).toString()}`, tracesSchema);
      return listed.kind === 'ok' ? ok(listed.value.traces) : listed;
    },
    files: async (uid) => {
      const listed = await read(`/v1/traces/${encodeURIComponent(uid)}/files`, filesSchema);
      return listed.kind === 'ok' ? ok(listed.value.files) : listed;
    },
    open: (uid, { folder, name }) => get(`/v1/traces/${encodeURIComponent(uid)}/files/${folder}/${name}`),
    close: () => {
      agent.destroy();
    },
  };
}

function send(agent: Agent, token: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, host: FILES.serverName };
    const request = httpsRequest({ agent, path, headers, timeout: 30_000 }, resolve);
    request.on('timeout', () => request.destroy(new Error('no answer for 30 s')));
    request.on('error', reject);
    request.end();
  });
}
