import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  readonly limitMs: number;
  readonly intervalMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Asked when the time is over; ends the message. */
  readonly explain?: () => string;
}

/** Asks again and again until the answer is true. @throws when that takes longer than `limitMs` */
export async function waitUntil(what: string, isTrue: () => Promise<boolean>, patience: Patience): Promise<void> {
  const deadline = performance.now() + patience.limitMs;
  for (;;) {
    patience.signal?.throwIfAborted();
    if (await isTrue()) return;
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${patience.limitMs / 1000} s\n${patience.explain?.() ?? ''}`.trimEnd());
    }
    await sleep(patience.intervalMs ?? 250);
  }
}
