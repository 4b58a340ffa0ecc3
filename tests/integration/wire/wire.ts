/** A tracer's client on one end, the store's API on the other, TLS between them. */
import { request } from 'node:https';
import { pino } from 'pino';
import type { RecordedReport, Report } from '../../../profile/recording.ts';
import { encodeReport } from '../../../tracer/report/compose.ts';
import { createControlPlane, type ControlPlane, type PutOutcome } from '../../../tracer/report/control-plane.ts';
import { readEndpoint } from '../../../tracer/report/endpoint.ts';
import { createExchange } from '../../../tracer/report/exchange.ts';
import { createTraceServer, RUNNING, SERVER_NAME, tracerToken, type TraceServer } from './trace-server.ts';

export const UID = '3f1f9c1e-5f0e-4b52-9d6c-0123456789ab';
export const OTHER_UID = '3f1f9c1e-5f0e-4b52-9d6c-ba9876543210';
export const silentLog = pino({ level: 'silent' });

export function report(number: number, over: Partial<RecordedReport> = {}): Report {
  return {
    version: 1,
    number,
    podUid: UID,
    takenAt: '2026-01-01T00:00:10.000Z',
    node: { name: 'n', bootId: 'b1', kernel: '6.1', architecture: 'x86_64', cgroups: 'v2' },
    kind: 'snapshot',
    arming: 'before-gate',
    armedAt: '2026-01-01T00:00:00.000Z',
    gateOpenedAt: null,
    containers: [],
    reasons: [],
    notes: [],
    ...over,
  };
}

/** A container that has made the calls 0 … count-1. */
export function container(containerId: string, count = 1): RecordedReport['containers'][number] {
  const calls = Array.from({ length: count }, (_, nr) => ({ nr, firstSeenNs: String(10n ** 15n + BigInt(nr)) }));
  return {
    containerId,
    name: 'app',
    kind: 'container',
    runtime: 'runc',
    entries: [{ abi: 'x86_64', origin: 'startup', calls, denied: [], arguments: [] }],
  };
}

export interface Wire {
  readonly server: TraceServer;
  /** The tracer's end; aborting `ending` ends all its requests. */
  readonly controlPlane: ControlPlane;
  readonly ending: AbortController;
  put(number: number, body: Report): Promise<PutOutcome>;
  /** Undefined `seen` is a tracer of an earlier version, which doesn't ask who is ready. */
  ask(known: 'record' | null, waitSeconds: number, last?: boolean, seen?: string): ReturnType<ControlPlane['askOrder']>;
  /** A request that the tracer would never make. */
  raw(method: string, path: string, body?: Buffer, headers?: Record<string, string>): Promise<RawAnswer>;
  close(): Promise<void>;
}

export interface RawAnswer {
  readonly status: number | undefined;
  readonly body: string;
}

/** A tracer `tracer-a` of the running target UID, with the token `genuine`. */
export async function createWire(): Promise<Wire> {
  const server = await createTraceServer({ waitSeconds: 5, polls: 1, retryAfterSeconds: 7 });
  server.tokens.set('genuine', tracerToken('tracer-a', 'uid-a'));
  server.pods.tracers.set('tracer-a', { uid: 'uid-a', targetUid: UID });
  server.pods.set(UID, RUNNING);
  server.pods.set(OTHER_UID, RUNNING);
  server.announce('genuine');
  const ending = new AbortController();
  const controlPlane = connect(server, SERVER_NAME);
  return {
    server,
    ending,
    controlPlane,
    put: (number, body) => controlPlane.putReport(number, encodeReport(body), ending.signal),
    ask: (known, waitSeconds, last = false, seen) =>
      controlPlane.askOrder({ known, seen, waitSeconds, last }, ending.signal),
    raw: (...call) => sendRaw(server, ...call),
    close: async () => {
      ending.abort();
      await server.close();
    },
  };
}

export function connect(server: TraceServer, serverName: string): ControlPlane {
  return createControlPlane(
    createExchange(() => readEndpoint(server), serverName),
    UID,
  );
}

function sendRaw(
  { authority, port }: TraceServer,
  method: string,
  path: string,
  body?: Buffer,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const common = { authorization: 'Bearer genuine', 'content-type': 'application/json', ...headers };
    const place = { host: '127.0.0.1', port, servername: SERVER_NAME, ca: authority.ca, agent: false };
    const sent = request({ ...place, method, path, headers: common }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode, body: text });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
