/** One HTTPS request and its answer, over connections that are kept while the endpoint stays the same. */
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type { Endpoint } from './endpoint.ts';

export interface Call {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly body?: Buffer;
  /** Of the body; JSON unless said otherwise. */
  readonly contentType?: string;
  /** Longest answer that is read; answers have some hundred bytes unless more is expected. */
  readonly answerBytes?: number;
  /** For the whole exchange, connecting included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** Of the header Retry-After, where the server sent one in seconds. */
  readonly retryAfterMs: number | null;
  /** Parsed JSON; undefined where the body is none. */
  readonly body: unknown;
}

/** Rejects on network failures, timeouts, certificates that don't fit, an aborted signal and unreadable endpoint files. */
export type Exchange = (call: Call) => Promise<Answer>;

/** Answers of ours have some hundred bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** One for the order's long poll, one for the report, and one of each for a last question while those hang. */
const MAX_SOCKETS = 4;

/**
 * @param readEndpoint asked before each request; a changed CA or address gets new connections
 * @param serverName in the control plane's certificate
 */
export function createExchange(readEndpoint: () => Endpoint, serverName: string): Exchange {
  let kept: { readonly key: string; readonly agent: Agent } | undefined;

  function agentFor({ address, port, ca }: Endpoint): Agent {
    const key = JSON.stringify([address, port, ca]);
    if (kept?.key === key) return kept.agent;
    // Requests under way fail by this and are made again: no connection may outlive the CA that vouched for it.
    kept?.agent.destroy();
    const agent = new Agent({ ca, servername: serverName, keepAlive: true, maxSockets: MAX_SOCKETS });
    kept = { key, agent };
    return agent;
  }

  return async (call) => {
    const endpoint = readEndpoint();
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(call.timeoutMs)]);
    const response = await send(call, endpoint, agentFor(endpoint), signal);
    return readAnswer(response, call.answerBytes ?? MAX_ANSWER_BYTES, signal);
  };
}

function send(call: Call, endpoint: Endpoint, agent: Agent, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { body, contentType = 'application/json' } = call;
    const headers = {
      authorization: `Bearer ${endpoint.token}`,
      ...(body === undefined ? {} : { 'content-type': contentType, 'content-length': body.length }),
    };
    const { address: host, port } = endpoint;
    const request = httpsRequest({ host, port, path: call.path, method: call.method, headers, agent, signal }, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function readAnswer(response: IncomingMessage, most: number, signal: AbortSignal): Promise<Answer> {
  const body = await text(Readable.from(bounded(response, most, signal)));
  const retryAfter = Number(response.headers['retry-after'] ?? NaN);
  return {
    status: response.statusCode ?? 0,
    retryAfterMs: Number.isFinite(retryAfter) ? Math.max(0, retryAfter) * 1000 : null,
    body: parseJson(body),
  };
}

async function* bounded(response: IncomingMessage, most: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    signal.throwIfAborted();
    bytes += chunk.byteLength;
    if (bytes > most) throw new Error(`The control plane's answer exceeds ${most} bytes`);
    yield chunk;
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
