import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, matchesGlob, relative } from 'node:path';

/**
 * Hash of files' names, contents and execute bits: 12 hexadecimal digits, the tag of what is made from them.
 * @param root names are taken relative to this directory; its .dockerignore counts
 * @param paths files or directories below it; directories are taken with all that is in them
 * @param extra further text that the result depends on
 */
export function contentHash(root: string, paths: readonly string[], extra: readonly string[] = []): string {
  const ignored = ignorePatterns(root);
  const isTaken = (file: string): boolean => !ignored.some((pattern) => matchesGlob(relative(root, file), pattern));
  const files = paths.flatMap((path) => filesBelow(join(root, path), isTaken));
  const hash = createHash('sha256');
  for (const file of [...new Set(files)].sort()) {
    const content = readFileSync(file);
    const executable = (statSync(file).mode & 0o100) === 0 ? '-' : 'x';
    hash.update(`${relative(root, file)}\0${executable}\0${content.length}\0`).update(content);
  }
  for (const text of extra) hash.update(`\0${text}`);
  return hash.digest('hex').slice(0, 12);
}

/** Patterns of .dockerignore; exceptions (`!`) are not used here. */
function ignorePatterns(root: string): string[] {
  const file = join(root, '.dockerignore');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function filesBelow(path: string, isTaken: (path: string) => boolean): string[] {
  if (!isTaken(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name), isTaken));
}
