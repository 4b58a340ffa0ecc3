/** Time, as the composition root hands it to everyone who needs it. */
export interface Clock {
  /** ms since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly steadyMs: () => number;
  /** Resolves after so many milliseconds, or when the signal is aborted; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Calls back once after so many milliseconds, unless cancelled. */
  readonly startTimer: (afterMs: number, then: () => void) => { readonly cancel: () => void };
}

/** setTimeout fires at once beyond 2^31 - 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const end = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    resolve(undefined);
  };
  const timer = setTimeout(end, Math.min(ms, LONGEST_MS));
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  return promise;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  steadyMs: () => performance.now(),
  sleep,
  startTimer: (afterMs, then) => {
    const timer = setTimeout(then, Math.min(afterMs, LONGEST_MS));
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
};
