/** The control plane as the tracer sees it: reports go there, orders come from there (docs/wire.md). */
import { z } from 'zod';
import { MAX_PLACEMENT_BYTES, placementSchema, type Placement } from '../../profile/placement.ts';
import { orderAnswerSchema, type Order, type OrderAnswer } from '../../profile/recording.ts';
import type { Answer, Call, Exchange } from './exchange.ts';

/** Worth another try later. `message` is for the log. */
export interface NotNow {
  readonly kind: 'not-now';
  readonly message: string;
  readonly retryAfterMs: number;
}

/**
 * - `acknowledged`: stored. - `taken`: the number is in use, `newest` is the highest. - `finished`: no more reports are wanted.
 * - `rejected`: these bytes will never be taken.
 */
export type PutOutcome =
  | { readonly kind: 'acknowledged' | 'finished' }
  | { readonly kind: 'taken'; readonly newest: number }
  | { readonly kind: 'rejected'; readonly message: string }
  | NotNow;

export type OrderOutcome = ({ readonly kind: 'order'; readonly retryAfterMs: number } & OrderAnswer) | NotNow;

export interface OrderQuestion {
  /** The order the tracer is following: an answer comes when it is another one, or when the wait ends. */
  readonly known: Order | null;
  /** `seen` of the last answer: one comes as well when other containers are ready than then. */
  readonly seen: string | undefined;
  readonly waitSeconds: number;
  /** The tracer is about to stop and asks what becomes of its slot. */
  readonly last: boolean;
}

export interface ControlPlane {
  /** All reject only when the signal is aborted. */
  putReport(number: number, bytes: Buffer, signal: AbortSignal): Promise<PutOutcome>;
  askOrder(question: OrderQuestion, signal: AbortSignal): Promise<OrderOutcome>;
  /** For canaries alone. */
  askPlacement(signal: AbortSignal): Promise<Placement | NotNow>;
}

/** A report is at most 512 KiB and is stored by one write: far beyond any healthy answer. */
const PUT_TIMEOUT_MS = 10_000;
/** What an answer may take beyond the wait that was asked for. */
const ANSWER_TIMEOUT_MS = 5_000;

const takenSchema = z.object({ newest: z.number().int().min(0).max(999_999) });

export function createControlPlane(exchange: Exchange, podUid: string): ControlPlane {
  const base = `/v1/traces/${podUid}`;
  return {
    putReport: async (number, body, signal) => {
      const path = `${base}/reports/${number}`;
      const answer = await tryExchange(exchange, { method: 'PUT', path, body, timeoutMs: PUT_TIMEOUT_MS, signal });
      return 'kind' in answer ? answer : putOutcome(answer);
    },
    askOrder: async ({ known, seen, waitSeconds, last }, signal) => {
      const query = new URLSearchParams({ waitSeconds: String(waitSeconds), last: String(last) });
      if (known !== null) query.set('known', known);
      if (seen !== undefined) query.set('seen', seen);
      const timeoutMs = waitSeconds * 1000 + ANSWER_TIMEOUT_MS;
      const path = `${base}/orders?${query.toString()}`;
      const answer = await tryExchange(exchange, { method: 'GET', path, timeoutMs, signal });
      return 'kind' in answer ? answer : orderOutcome(answer);
    },
    askPlacement: async (signal) => {
      const bounds = { timeoutMs: PUT_TIMEOUT_MS, answerBytes: 2 * MAX_PLACEMENT_BYTES };
      const path = `${base}/placement`;
      const answer = await tryExchange(exchange, { method: 'GET', path, ...bounds, signal });
      return 'kind' in answer ? answer : placementOutcome(answer);
    },
  };
}

async function tryExchange(exchange: Exchange, call: Call): Promise<Answer | NotNow> {
  try {
    return await exchange(call);
  } catch (error) {
    call.signal.throwIfAborted();
    return { kind: 'not-now', message: error instanceof Error ? error.message : String(error), retryAfterMs: 0 };
  }
}

function putOutcome(answer: Answer): PutOutcome {
  switch (answer.status) {
    case 200:
      return { kind: 'acknowledged' };
    case 409: {
      const taken = takenSchema.safeParse(answer.body);
      return taken.success ? { kind: 'taken', newest: taken.data.newest } : notNow(answer);
    }
    case 410:
      return { kind: 'finished' };
    case 400:
    case 413:
    case 415:
      return { kind: 'rejected', message: describe(answer) };
    default:
      return notNow(answer);
  }
}

function orderOutcome(answer: Answer): OrderOutcome {
  const parsed = orderAnswerSchema.safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success) return notNow(answer);
  return { kind: 'order', ...parsed.data, retryAfterMs: answer.retryAfterMs ?? 0 };
}

/** One that can't be read is a newer control plane's, which is about to replace this tracer's. */
function placementOutcome(answer: Answer): Placement | NotNow {
  const parsed = placementSchema.safeParse(answer.body);
  return answer.status === 200 && parsed.success ? parsed.data : notNow(answer);
}

/**
 * 401 and 403 are no end: a token may just have been replaced, and a replica may not have seen this tracer's pod yet. Asking
 * more than once a second for them would only be noise.
 */
function notNow(answer: Answer): NotNow {
  const unknownYet = answer.status === 401 || answer.status === 403;
  return { kind: 'not-now', message: describe(answer), retryAfterMs: answer.retryAfterMs ?? (unknownYet ? 1000 : 0) };
}

function describe({ status, body }: Answer): string {
  return `HTTP ${status} ${JSON.stringify(body ?? null).slice(0, 512)}`;
}
