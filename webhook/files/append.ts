/** Adds a chunk to a file at its place, so that sending one again changes nothing. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** `size` is the file's after it. `differs`: other bytes are where the chunk would go. */
export type Appended =
  { readonly kind: 'appended' | 'differs'; readonly size: number } | { readonly kind: 'disk-full' };

export interface Append {
  /** The file's, as it is counted; what stands behind it is of a chunk that was never acknowledged. */
  readonly size: number;
  /** At most the size. */
  readonly offset: number;
  readonly content: Buffer;
}

/**
 * What the file has already is compared, the rest is written and on the disk when this resolves. A chunk that was cut off by a
 * restart is completed by sending it again. Never follows a link.
 */
export async function appendChunk(path: string, { size, offset, content }: Append): Promise<Appended> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o640);
  try {
    const known = Math.min(size - offset, content.length);
    if (known > 0 && !(await holds(file, offset, content.subarray(0, known)))) return { kind: 'differs', size };
    const fresh = content.subarray(known);
    if (fresh.length === 0) return { kind: 'appended', size };
    return await write(file, size, fresh);
  } finally {
    await file.close();
  }
}

async function holds(file: FileHandle, offset: number, expected: Buffer): Promise<boolean> {
  const found = Buffer.alloc(expected.length);
  const { bytesRead } = await file.read(found, 0, found.length, offset);
  return bytesRead === expected.length && found.equals(expected);
}

async function write(file: FileHandle, size: number, content: Buffer): Promise<Appended> {
  try {
    for (let done = 0; done < content.length;) {
      const { bytesWritten } = await file.write(content, done, content.length - done, size + done);
      done += bytesWritten;
    }
    await file.datasync();
    return { kind: 'appended', size: size + content.length };
  } catch (error) {
    await file.truncate(size);
    if (isDiskFull(error)) return { kind: 'disk-full' };
    throw error;
  }
}

function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
