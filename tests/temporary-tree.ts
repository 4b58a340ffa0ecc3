/** Directories and files for one test, gone when it ends. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export class TemporaryTree implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'flak-tree-'));

  /** @returns the directory's path */
  directory(path: string): string {
    const full = join(this.root, path);
    mkdirSync(full, { recursive: true });
    return full;
  }
  /** @returns the file's path */
  file(path: string, text: string): string {
    this.directory(dirname(path));
    const full = join(this.root, path);
    writeFileSync(full, text);
    return full;
  }
  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}
