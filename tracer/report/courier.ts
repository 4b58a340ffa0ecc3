/**
 * Brings reports to the control plane. At most one is on its way: a newer one replaces it, since each says everything that
 * the older ones said. One that can't be delivered is tried for as long as the tracer lives.
 */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { backoffMs } from './backoff.ts';
import type { ControlPlane, PutOutcome } from './control-plane.ts';

/**
 * - `idle`: nothing to deliver. - `busy`: on its way. - `finished`: the control plane wants no more reports of this trace.
 * - `rejected`: the last one will never be taken; a newer one may be.
 */
export type CourierState = 'idle' | 'busy' | 'finished' | 'rejected';

export interface Courier {
  state(): CourierState;
  /**
   * Sets out with a report, instead of the one on its way.
   * @param encode makes the bytes for a number; called again with a higher one when the number turns out to be taken
   * @param onStored called once the control plane has this very report, just before the state changes
   */
  submit(encode: (number: number) => Buffer, onStored?: () => void): void;
}

export interface CourierDeps {
  readonly controlPlane: Pick<ControlPlane, 'putReport'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly random: () => number;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Called after each change of state. */
  readonly onChange: () => void;
  /** Called with what should never happen; the courier is of no use afterwards. */
  readonly onFailure: (error: unknown) => void;
  /** Ends all deliveries. */
  readonly signal: AbortSignal;
}

export function createCourier(deps: CourierDeps): Courier {
  let state: CourierState = 'idle';
  const numbers = { last: 0 };
  let replaced = new AbortController();

  function become(next: CourierState): void {
    state = next;
    deps.onChange();
  }

  return {
    state: () => state,
    submit: (encode, onStored) => {
      if (state === 'finished') return;
      replaced.abort();
      replaced = new AbortController();
      const signal = AbortSignal.any([deps.signal, replaced.signal]);
      become('busy');
      deliver(deps, numbers, encode, signal).then(
        (end) => {
          // A delivery that was replaced between its answer and this turn has no say: the state is the newer one's.
          if (signal.aborted) return;
          if (end === 'idle') onStored?.();
          become(end);
        },
        (error: unknown) => {
          if (!signal.aborted) deps.onFailure(error);
        },
      );
    },
  };
}

/** @returns the state the delivery ended in */
async function deliver(
  deps: CourierDeps,
  numbers: { last: number },
  encode: (number: number) => Buffer,
  signal: AbortSignal,
): Promise<CourierState> {
  let number = ++numbers.last;
  let bytes = encode(number);
  for (let failures = 0, taken = 0; ;) {
    const outcome = await deps.controlPlane.putReport(number, bytes, signal);
    signal.throwIfAborted();
    const end = endOf(outcome);
    if (end !== undefined) {
      logEnd(deps.log, outcome, number, bytes);
      return end;
    }
    if (outcome.kind === 'taken') {
      number = numbers.last = Math.max(outcome.newest, numbers.last) + 1;
      bytes = encode(number);
      // The number behind the newest is free, unless a second tracer takes numbers at the same time, or the server errs.
      if (taken > 0) await deps.clock.sleep(backoffMs(taken, deps.random()), signal);
      taken += 1;
    } else if (outcome.kind === 'not-now') {
      failures += 1;
      deps.log.warn({ number, failures, reason: outcome.message }, 'The report could not be delivered yet');
      await deps.clock.sleep(backoffMs(failures, deps.random(), outcome.retryAfterMs), signal);
    }
    signal.throwIfAborted();
  }
}

function endOf({ kind }: PutOutcome): CourierState | undefined {
  if (kind === 'acknowledged') return 'idle';
  return kind === 'finished' || kind === 'rejected' ? kind : undefined;
}

function logEnd(log: CourierDeps['log'], outcome: PutOutcome, number: number, bytes: Buffer): void {
  if (outcome.kind === 'rejected') log.error({ number, reason: outcome.message }, 'The report was rejected');
  else if (outcome.kind === 'finished') log.info({ number }, 'The trace takes no more reports');
  else log.info({ number, bytes: bytes.length }, 'The report was delivered');
}
