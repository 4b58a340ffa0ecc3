/** Wakes the run when something was heard, or when it is time. */
import type { Clock } from '../clock.ts';

export interface Bell {
  ring(): void;
  /** Until the bell rings (or has rung since the last wait), or until that moment of the steady clock. */
  wait(untilMs: number | null): Promise<void>;
}

/** setTimeout fires at once beyond 2^31 ms. */
const LONGEST_MS = 2_000_000_000;

export function createBell(clock: Pick<Clock, 'steadyMs' | 'sleep'>): Bell {
  let rung = new AbortController();
  return {
    ring: () => {
      rung.abort();
    },
    wait: async (untilMs) => {
      const leftMs = untilMs === null ? LONGEST_MS : Math.min(LONGEST_MS, untilMs - clock.steadyMs());
      if (!rung.signal.aborted && leftMs > 0) await clock.sleep(leftMs, rung.signal);
      if (rung.signal.aborted) rung = new AbortController();
    },
  };
}
