/** A folder of files that are too large for memory: written beside its place and renamed when it is whole. */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Result } from '../ending.ts';
import { environment, ok, usage } from '../ending.ts';
import { reasonOf } from '../write-whole.ts';

export interface SavedFile {
  /** Below the folder. */
  readonly path: string;
  readonly bytes: number;
  readonly open: () => Promise<Result<Readable>>;
}

export type SaveFolder = (folder: string, files: readonly SavedFile[]) => Promise<Result<undefined>>;

export const saveFolder: SaveFolder = async (folder, files) => {
  const target = resolve(folder);
  const exists = await stat(target).then(
    () => true,
    () => false,
  );
  if (exists) return usage(`${folder} exists already; name a new folder with -o.`);
  let scratch: string | undefined;
  try {
    await mkdir(dirname(target), { recursive: true });
    scratch = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
    for (const file of files) {
      const saved = await save(file, join(scratch, file.path));
      if (saved.kind === 'ok') continue;
      await rm(scratch, { recursive: true, force: true });
      return saved;
    }
    await rename(scratch, target);
    return ok(undefined);
  } catch (thrown) {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
    return environment(`${folder} can't be written (${reasonOf(thrown)}); name another folder, or try again.`);
  }
};

async function save({ open, bytes }: SavedFile, path: string): Promise<Result<undefined>> {
  const content = await open();
  if (content.kind !== 'ok') return content;
  await mkdir(dirname(path), { recursive: true });
  await pipeline(content.value, createWriteStream(path, { flags: 'wx' }));
  const { size } = await stat(path);
  // More may have been added since it was listed; less is a connection that ended early.
  return size >= bytes ? ok(undefined) : environment(`the connection ended within ${path}; try again.`);
}
