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
  let lastNumber = 0;
  let replaced = new AbortController();

  function become(next: CourierState): void {
    state = next;
    deps.onChange();
  }

  /** @returns the state the delivery ended in */
  async function deliver(encode: (number: number) => Buffer, signal: AbortSignal): Promise<CourierState> {
    let number = ++lastNumber;
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
        number = lastNumber = Math.max(outcome.newest, lastNumber) + 1;
        bytes = encode(number);
        taken += 1;
        // One number behind the newest is free, unless a second tracer takes them at the same time, or the server errs.
        if (taken > 1) await deps.clock.sleep(backoffMs(taken - 1, deps.random()), signal);
        signal.throwIfAborted();
      } else if (outcome.kind === 'not-now') {
        failures += 1;
        deps.log.warn({ number, failures, reason: outcome.message }, 'The report could not be delivered yet');
        await deps.clock.sleep(backoffMs(failures, deps.random(), outcome.retryAfterMs), signal);
        signal.throwIfAborted();
      }
    }
  }

  return {
    state: () => state,
    submit: (encode, onStored) => {
      if (state === 'finished') return;
      replaced.abort();
      replaced = new AbortController();
      const signal = AbortSignal.any([deps.signal, replaced.signal]);
      become('busy');
      deliver(encode, signal).then(
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

function endOf({ kind }: PutOutcome): CourierState | undefined {
  if (kind === 'acknowledged') return 'idle';
  return kind === 'finished' || kind === 'rejected' ? kind : undefined;
}

function logEnd(log: CourierDeps['log'], outcome: PutOutcome, number: number, bytes: Buffer): void {
  if (outcome.kind === 'rejected') log.error({ number, reason: outcome.message }, 'The report was rejected');
  else if (outcome.kind === 'finished') log.info({ number }, 'The trace takes no more reports');
  else log.info({ number, bytes: bytes.length }, 'The report was delivered');
}
