/** Follows by long poll what the control plane says: the order, and which containers are ready. */
import type { Logger } from 'pino';
import type { Order, OrderAnswer } from '../../profile/recording.ts';
import type { Clock } from '../clock.ts';
import { backoffMs } from './backoff.ts';
import type { ControlPlane, OrderOutcome } from './control-plane.ts';

export interface OrdersDeps {
  readonly controlPlane: Pick<ControlPlane, 'askOrder'>;
  readonly clock: Pick<Clock, 'sleep' | 'steadyMs'>;
  readonly random: () => number;
  readonly log: Pick<Logger, 'warn'>;
  readonly signal: AbortSignal;
}

/** A replica that vanished without a word is noticed after this wait; the server cuts it to its own bound. */
const WAIT_SECONDS = 20;
/** Between two questions, whatever the answers: a server that answers at once can't make a busy loop. */
const MIN_INTERVAL_MS = 1000;

/**
 * Asks until the signal is aborted, and tells of the first answer and of each that differs from the one before it.
 * Rejects only for what should never happen.
 */
export async function followOrders(deps: OrdersDeps, onAnswer: (answer: OrderAnswer) => void): Promise<void> {
  let last: OrderAnswer | undefined;
  let failures = 0;
  while (!deps.signal.aborted) {
    const askedAtMs = deps.clock.steadyMs();
    const known = { known: last?.order ?? null, seen: last?.seen };
    const outcome = await ask(deps, { ...known, waitSeconds: WAIT_SECONDS, last: false });
    if (outcome === undefined) return;
    if (outcome.kind === 'order') {
      failures = 0;
      if (outcome.order !== last?.order || outcome.seen !== last.seen) onAnswer(outcome);
      last = outcome;
      const earliestMs = askedAtMs + Math.max(MIN_INTERVAL_MS, outcome.retryAfterMs);
      await deps.clock.sleep(Math.max(0, earliestMs - deps.clock.steadyMs()), deps.signal);
    } else {
      failures += 1;
      await pause(deps, outcome, failures);
    }
  }
}

/**
 * Asks for the last order until it is answered.
 * @returns undefined when the signal was aborted before
 */
export async function askLastOrder(deps: OrdersDeps): Promise<Order | undefined> {
  for (let failures = 1; !deps.signal.aborted; failures += 1) {
    const outcome = await ask(deps, { known: null, seen: undefined, waitSeconds: 0, last: true });
    if (outcome === undefined) return undefined;
    if (outcome.kind === 'order') return outcome.order;
    await pause(deps, outcome, failures);
  }
  return undefined;
}

async function ask(
  { controlPlane, signal }: OrdersDeps,
  question: Parameters<ControlPlane['askOrder']>[0],
): Promise<OrderOutcome | undefined> {
  try {
    return await controlPlane.askOrder(question, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

async function pause(
  { clock, random, log, signal }: OrdersDeps,
  { message, retryAfterMs }: Extract<OrderOutcome, { kind: 'not-now' }>,
  failures: number,
): Promise<void> {
  log.warn({ failures, reason: message }, 'The order could not be asked for yet');
  await clock.sleep(backoffMs(failures, random(), retryAfterMs), signal);
}
