/** Absolute paths, as text. */

/** The longest path that is kept; the kernel's own bound (PATH_MAX, include/uapi/linux/limits.h). */
const MAX_PATH = 4096;

/** The root itself: `/` stands for everything. */
const ROOT = '/.';

/**
 * Without `.`, `..` and doubled slashes. What Falco calls a path may be none: `pipe:[1]`, an address, or relative where the
 * folder isn't known.
 * @returns undefined where it is no absolute path; the nearest folder, with a slash at its end, where it is too long
 */
export function canonicalPath(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  if (parts.length === 0) return ROOT;
  let canonical = `/${parts.join('/')}`;
  while (canonical.length > MAX_PATH) canonical = folderOf(canonical);
  return canonical;
}

/** The folder that a path is in, with a slash at its end; of a folder (`/a/b/`) the one around it. `/` is in itself. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/', path.length - 2) + 1) || '/';
}

/** @param folder with a slash at its end */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder) || `${path}/` === folder;
}
