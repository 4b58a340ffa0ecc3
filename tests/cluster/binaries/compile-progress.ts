/**
 * How far `go list -deps` and then `go build -v` are, from their lines: `go: downloading MODULE VERSION` for a module
 * that isn't in the module cache, and a package's path when it is compiled (nothing for one that is in the build cache).
 */
export class CompileProgress {
  #total: number | undefined;
  #compiled = 0;
  #downloaded = 0;

  /** Packages that the commands consist of: an upper bound of what is compiled. */
  setTotal(packages: number): void {
    this.#total = packages;
  }

  /** Takes a line and gives what to show. */
  take(line: string): string {
    if (line.startsWith('go: downloading ')) this.#downloaded += 1;
    else if (this.#total !== undefined && /^[\w.~/-]+$/.test(line)) this.#compiled += 1;
    return this.#total === undefined
      ? `${this.#downloaded} modules downloaded`
      : `${this.#compiled} of at most ${this.#total} packages compiled`;
  }
}
