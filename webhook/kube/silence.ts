/** An idle watchdog: a connection that the other side has forgotten stays open and silent for ever. */
/** Aborts its signal when nothing has reset it for so long. */
export class Silence implements Disposable {
  readonly #controller = new AbortController();
  readonly #limitMs: number;
  readonly #onSilent: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number, onSilent: () => void) {
    this.#limitMs = limitMs;
    this.#onSilent = onSilent;
    this.reset();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#onSilent();
      this.#controller.abort(new Error(`nothing came for ${this.#limitMs} ms`));
    }, this.#limitMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
