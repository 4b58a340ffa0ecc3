/**
 * How far `go build -v` is, from its lines: a package's path when it is compiled (nothing for one that is in the build
 * cache), `go: downloading MODULE VERSION` before.
 */
export class CompileProgress {
  readonly #total: number;
  #compiled = 0;
  #downloaded = 0;

  /** @param total packages that the commands consist of, an upper bound of what is compiled */
  constructor(total: number) {
    this.#total = total;
  }

  /** Takes a line and gives what to show. */
  take(line: string): string {
    if (line.startsWith('go: downloading ')) this.#downloaded += 1;
    else if (/^[\w.~/-]+$/.test(line)) this.#compiled += 1;
    return this.#compiled === 0 && this.#downloaded > 0
      ? `${this.#downloaded} modules downloaded`
      : `${this.#compiled} of at most ${this.#total} packages compiled`;
  }
}
