/** Time as the tracer uses it; injected, so that tests decide what time it is. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** For what people and other machines read. */
  now(): Date;
  /** Milliseconds of a clock that never goes back: for intervals and deadlines. */
  steadyMs(): number;
  /** Milliseconds since the node booted: the clock of the ledger's instants (CLOCK_BOOTTIME). */
  bootMs(): number;
  /** Ends early, without an error, when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** @param uptimeSeconds os.uptime, which is CLOCK_BOOTTIME on Linux (libuv, uv_uptime) */
export function createClock(uptimeSeconds: () => number): Clock {
  return {
    now: () => new Date(),
    steadyMs: () => performance.now(),
    bootMs: () => uptimeSeconds() * 1000,
    sleep: (ms, signal) =>
      delay(ms, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      }),
  };
}

/** When an instant of the boot clock was, by the wall clock of now. Good to 10 ms (the resolution of /proc/uptime). */
export function instantOfBootNs(clock: Clock, bootNs: bigint): Date {
  const agoMs = Math.max(0, clock.bootMs() - Number(bootNs / 1_000_000n));
  return new Date(clock.now().getTime() - agoMs);
}
