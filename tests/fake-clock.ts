/** A clock that stands still until a test moves it. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../tracer/clock.ts';

export class FakeClock implements Clock {
  #nowMs = 0;
  readonly #sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();

  now(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.#nowMs);
  }
  steadyMs(): number {
    return this.#nowMs;
  }
  /** The node booted an hour before the test began. */
  bootMs(): number {
    return 3_600_000 + this.#nowMs;
  }
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { atMs: this.#nowMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });
  }
  /** Lets everything run that is due within the next `ms`, in order. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settle();
      const next = [...this.#sleepers].sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
    }
    this.#nowMs = untilMs;
  }
}

/** Until promises that were waiting for nothing but each other have settled. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await turn();
}
