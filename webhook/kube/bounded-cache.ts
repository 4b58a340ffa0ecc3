/** Answers kept for a while, a bounded number of them: for facts that are asked for again and again and rarely change. */
export interface BoundedCache<T> {
  readonly get: (key: string) => T | undefined;
  readonly set: (key: string, value: T) => void;
}

/**
 * @param maxEntries beyond it the oldest answer is forgotten, which costs one request.
 * @param now milliseconds of any clock that never goes back.
 */
export function createBoundedCache<T>(maxEntries: number, ttlMs: number, now: () => number): BoundedCache<T> {
  const entries = new Map<string, { readonly value: T; readonly untilMs: number }>();
  return {
    get: (key) => {
      const entry = entries.get(key);
      if (entry === undefined || entry.untilMs >= now()) return entry?.value;
      entries.delete(key);
      return undefined;
    },
    set: (key, value) => {
      entries.delete(key);
      entries.set(key, { value, untilMs: now() + ttlMs });
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries) return;
        entries.delete(oldest);
      }
    },
  };
}
