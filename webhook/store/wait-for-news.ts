/** The long poll: ends when there is news for the tracer, else when its time is over. */
export interface NewsWait {
  readonly isNews: () => boolean;
  /** Calls the listener after anything changed that `isNews` depends on. Returns the end of the subscription. */
  readonly onChange: (listener: () => void) => () => void;
  readonly waitMs: number;
  /** Ends the wait early: the tracer hung up, or this replica is stopping. */
  readonly signal: AbortSignal;
}

/** Never rejects. */
export function waitForNews({ isNews, onChange, waitMs, signal }: NewsWait): Promise<void> {
  return new Promise((resolve) => {
    let unsubscribe = (): void => undefined;
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, waitMs);
    const endIfNews = (): void => {
      if (isNews()) end();
    };
    // Subscribed before the first look, or a change between the two would be slept through.
    unsubscribe = onChange(endIfNews);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    else endIfNews();
  });
}
