/**
 * Keys to look at: each one is worked on by one worker at a time, however often it is added; one that failed comes back
 * after a pause that doubles. As many entries as there are targets at most, since a key is in it once.
 */
export interface QueueDeps {
  /** Calls back once after so many milliseconds, unless cancelled. */
  readonly startTimer: (afterMs: number, then: () => void) => { readonly cancel: () => void };
  /** In [0, 1). */
  readonly random: () => number;
  readonly concurrency: number;
}

/** What a worker says of its turn. `again`: look at the key once more after so long. `failed`: with the queue's own pause. */
export type Turn =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly afterMs: number }
  | { readonly kind: 'failed'; readonly atLeastMs: number };

export interface WorkQueue {
  readonly add: (key: string) => void;
  readonly depth: () => number;
  /** Works until the signal is aborted, then waits for the turns under way and forgets the rest. */
  readonly run: (work: (key: string) => Promise<Turn>, signal: AbortSignal) => Promise<void>;
}

const BACKOFF = { firstMs: 100, lastMs: 30_000 } as const;

/** @param failures in a row, from 1. */
export function queueBackoffMs(failures: number, random: () => number): number {
  const full = Math.min(BACKOFF.lastMs, BACKOFF.firstMs * 2 ** Math.min(failures - 1, 12));
  return full * (0.75 + random() / 2);
}

export function createWorkQueue(deps: QueueDeps): WorkQueue {
  const queue = new KeyQueue(deps);
  return {
    add: (key) => {
      queue.add(key);
    },
    depth: () => queue.depth,
    run: (work, signal) => queue.run(work, signal),
  };
}

class KeyQueue {
  readonly #deps: QueueDeps;
  readonly #waiting = new Set<string>();
  readonly #active = new Map<string, Promise<void>>();
  /** Added while they were worked on. */
  readonly #dirty = new Set<string>();
  readonly #timers = new Map<string, { readonly cancel: () => void }>();
  readonly #failures = new Map<string, number>();
  #work: ((key: string) => Promise<Turn>) | null = null;

  constructor(deps: QueueDeps) {
    this.#deps = deps;
  }

  get depth(): number {
    return this.#waiting.size + this.#active.size;
  }

  add(key: string): void {
    this.#cancelTimer(key);
    if (this.#active.has(key)) this.#dirty.add(key);
    else this.#waiting.add(key);
    this.#pump();
  }

  async run(work: (key: string) => Promise<Turn>, signal: AbortSignal): Promise<void> {
    this.#work = work;
    this.#pump();
    const aborted = Promise.withResolvers<undefined>();
    signal.addEventListener('abort', () => {
      aborted.resolve(undefined);
    });
    if (!signal.aborted) await aborted.promise;
    this.#work = null;
    for (const { cancel } of this.#timers.values()) cancel();
    for (const kept of [this.#waiting, this.#dirty, this.#timers, this.#failures]) kept.clear();
    await Promise.all(this.#active.values());
  }

  #pump(): void {
    const work = this.#work;
    if (work === null) return;
    for (const key of this.#waiting) {
      if (this.#active.size >= this.#deps.concurrency) return;
      this.#waiting.delete(key);
      this.#active.set(key, this.#turn(key, work));
    }
  }

  async #turn(key: string, work: (key: string) => Promise<Turn>): Promise<void> {
    // A worker that throws has said so itself; the key comes back all the same.
    const turn = await work(key).catch((): Turn => ({ kind: 'failed', atLeastMs: 0 }));
    this.#active.delete(key);
    if (this.#work === null) return;
    this.#settle(key, turn);
    this.#pump();
  }

  #settle(key: string, turn: Turn): void {
    const failures = turn.kind === 'failed' ? (this.#failures.get(key) ?? 0) + 1 : 0;
    if (failures === 0) this.#failures.delete(key);
    else this.#failures.set(key, failures);
    const changed = this.#dirty.delete(key);
    if (turn.kind === 'failed') {
      this.#addAfter(key, Math.max(turn.atLeastMs, queueBackoffMs(failures, this.#deps.random)));
    } else if (changed) this.#waiting.add(key);
    else if (turn.kind === 'again') this.#addAfter(key, turn.afterMs);
  }

  #addAfter(key: string, afterMs: number): void {
    this.#cancelTimer(key);
    const timer = this.#deps.startTimer(afterMs, () => {
      this.add(key);
    });
    this.#timers.set(key, timer);
  }

  #cancelTimer(key: string): void {
    this.#timers.get(key)?.cancel();
    this.#timers.delete(key);
  }
}
