/** The long poll: an answer when the order differs from the one the tracer knows, else when the wait ends. */
import type { Order } from '../../profile/recording.ts';

export interface OrderWait {
  readonly current: () => Order;
  /** Calls the listener after anything changed that `current` depends on. Returns the end of the subscription. */
  readonly onChange: (listener: () => void) => () => void;
  readonly known: Order | undefined;
  readonly waitMs: number;
  /** Ends the wait early: the tracer hung up, or this replica is stopping. */
  readonly signal: AbortSignal;
}

/** @returns the order of the moment the wait ended; never rejects */
export function waitForOrder({ current, onChange, known, waitMs, signal }: OrderWait): Promise<Order> {
  return new Promise((resolve) => {
    let unsubscribe = (): void => undefined;
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener('abort', end);
      resolve(current());
    };
    const timer = setTimeout(end, waitMs);
    const endIfChanged = (): void => {
      if (current() !== known) end();
    };
    // Subscribed before the first look, or a change between the two would be slept through.
    unsubscribe = onChange(endIfChanged);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    else endIfChanged();
  });
}
