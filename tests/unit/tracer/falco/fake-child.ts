/** A Falco in a test's hands: no process, its lines and ends are said by the test. */
import type { ChildOptions, FalcoChild, FalcoEnd } from '../../../../tracer/falco/child.ts';

export class FakeChild implements FalcoChild {
  readonly pid = 1;
  readonly ended: Promise<FalcoEnd>;
  readonly options: ChildOptions;
  stopped = false;
  lostLines = 0;
  readonly #end: (end: FalcoEnd) => void;

  constructor(options: ChildOptions) {
    const { promise, resolve } = Promise.withResolvers<FalcoEnd>();
    this.ended = promise;
    this.#end = resolve;
    this.options = options;
  }
  lost(): number {
    return this.lostLines;
  }
  print(...lines: readonly string[]): void {
    for (const line of lines) this.options.onLine(line);
  }
  die(detail: string): void {
    this.#end({ detail });
  }
  stop(): Promise<FalcoEnd> {
    this.stopped = true;
    this.die('ended by SIGTERM');
    return this.ended;
  }
}
