/** A file that is written whole: beside its place, then renamed, so that a reader finds the old or the new one, never a half. */
import { chmod, chown, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { getSystemErrorMessage } from 'node:util';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface Written {
  /** Default: as any file of who runs this (umask). */
  readonly mode?: number;
  /** Default: who runs this. */
  readonly owner?: Owner | null;
}

/** Devices and pipes (`/dev/stdout`) are written as they are, and a link stays one. @throws the system's error; nothing is left then */
export async function writeWhole(path: string, content: string, { mode, owner }: Written = {}): Promise<void> {
  const place = await placeOf(path);
  if (place.kind === 'direct') return writeFile(path, content);
  await beside(place.target, async (scratch) => {
    await writeFile(scratch, content, { flag: 'wx' });
    if (mode !== undefined) await chmod(scratch, mode);
    if (owner) await chown(scratch, owner.uid, owner.gid);
    await rename(scratch, place.target);
  });
}

/** Does all of it but for the last step, and takes it back. @throws what `writeWhole` would throw by now */
export async function tryWriting(path: string): Promise<void> {
  const place = await placeOf(path);
  if (place.kind === 'direct') return writeFile(path, '');
  await beside(place.target, async (scratch) => {
    await writeFile(scratch, '', { flag: 'wx' });
    await rm(scratch);
  });
}

type Place = { readonly kind: 'direct' } | { readonly kind: 'file'; readonly target: string };

async function placeOf(path: string): Promise<Place> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && !found.isFile()) return { kind: 'direct' };
  return { kind: 'file', target: found ? await realpath(path) : resolve(path) };
}

/** Hidden, of this process alone, and in the same file system: only there is a rename whole. */
async function beside(target: string, write: (scratch: string) => Promise<void>): Promise<void> {
  const scratch = join(dirname(target), `.${basename(target)}.${process.pid}.new`);
  try {
    await write(scratch);
  } catch (thrown) {
    await rm(scratch, { force: true });
    throw thrown;
  }
}

/** The system's words without the path, which may be one of ours: `no such file or directory`. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return 'errno' in thrown && typeof thrown.errno === 'number' ? getSystemErrorMessage(thrown.errno) : thrown.message;
}
