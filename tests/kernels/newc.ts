/** The archive that a kernel unpacks as its first file system: cpio's "newc" (Documentation/driver-api/early-userspace/buffer-format.rst). */

export interface ArchiveEntry {
  /** Without a leading slash. */
  readonly path: string;
  /** Type and permissions, as stat(2) has them. */
  readonly mode: number;
  readonly content: Buffer;
}

export const DIRECTORY = 0o040755;
export const PROGRAM = 0o100755;

const ALIGNMENT = 4;

function padding(length: number): Buffer {
  return Buffer.alloc((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT);
}

/** One entry's bytes. @param inode differs for each entry: equal ones would be hard links */
export function encodeEntry({ path, mode, content }: ArchiveEntry, inode: number): Buffer[] {
  const name = Buffer.from(`${path}\0`);
  const [links, nobody, never, device] = [1, 0, 0, 0];
  const numbers = [inode, mode, nobody, nobody, links, never, content.length, device, device, device, device];
  const fields = [...numbers, name.length, 0].map((value) => value.toString(16).padStart(8, '0'));
  const header = Buffer.from(`070701${fields.join('')}`);
  return [header, name, padding(header.length + name.length), content, padding(content.length)];
}

/** What the archive ends with. */
export const TRAILER: ArchiveEntry = { path: 'TRAILER!!!', mode: 0, content: Buffer.alloc(0) };

/** The directories that lead to these files, outermost first. */
export function directoriesOf(paths: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1);
    parts.forEach((_, depth) => found.add(parts.slice(0, depth + 1).join('/')));
  }
  return [...found].sort();
}
