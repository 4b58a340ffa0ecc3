/** Files as commands read and write them: whole or not at all. */
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Result } from './ending.ts';
import { environment, ok, usage } from './ending.ts';
import type { ExportedFile } from './uninstall/export.ts';
import { reasonOf, writeWhole } from './write-whole.ts';

/** Nothing that Flak writes or reads comes near it: the API server takes objects of 1.5 MiB at most. */
const INPUT_LIMIT_BYTES = 16 * 1024 * 1024;

/** The text of a file, or of `input` for `-`. What is longer than the limit is refused before it is all read. */
export function readTextFrom(
  input: AsyncIterable<string | Uint8Array>,
  limitBytes = INPUT_LIMIT_BYTES,
): (path: string) => Promise<Result<string>> {
  return (path) => (path === '-' ? collect(input, path, limitBytes) : readTextFile(path, limitBytes));
}

/** The text of a file, within the same limit. */
export async function readTextFile(path: string, limitBytes = INPUT_LIMIT_BYTES): Promise<Result<string>> {
  return collect(createReadStream(path) as AsyncIterable<Uint8Array>, path, limitBytes);
}

async function collect(
  input: AsyncIterable<string | Uint8Array>,
  path: string,
  limitBytes: number,
): Promise<Result<string>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of input) {
      chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      bytes += chunk.length;
      if (bytes > limitBytes)
        return usage(`${path} is larger than ${limitBytes} bytes, which no profile or manifest is; name another file.`);
    }
    return ok(Buffer.concat(chunks).toString('utf8'));
  } catch (thrown) {
    return usage(`${path} can't be read (${reasonOf(thrown)}); name another file.`);
  }
}

export async function writeWholeFile(path: string, content: string): Promise<Result<undefined>> {
  try {
    await writeWhole(path, content);
    return ok(undefined);
  } catch (thrown) {
    return environment(`${path} can't be written (${reasonOf(thrown)}); name another file.`);
  }
}

/** Writes beside the folder and renames at the end, so that an interrupted export leaves nothing that looks whole. */
export async function writeFolder(folder: string, files: readonly ExportedFile[]): Promise<Result<undefined>> {
  const target = resolve(folder);
  if (await exists(target)) return usage(`${folder} exists already; name a new folder.`);
  let scratch: string | undefined;
  try {
    await mkdir(dirname(target), { recursive: true });
    scratch = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
    for (const { path, content } of files) {
      await mkdir(join(scratch, dirname(path)), { recursive: true });
      await writeFile(join(scratch, path), content);
    }
    await rename(scratch, target);
    return ok(undefined);
  } catch (thrown) {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
    return environment(`${folder} can't be written (${reasonOf(thrown)}); name another folder.`);
  }
}

/** Writes each file whole; what is there already is replaced. */
export async function addToFolder(folder: string, files: readonly ExportedFile[]): Promise<Result<undefined>> {
  try {
    for (const { path, content } of files) {
      const target = join(resolve(folder), path);
      await mkdir(dirname(target), { recursive: true });
      await writeWhole(target, content);
    }
    return ok(undefined);
  } catch (thrown) {
    return environment(`${folder} can't be written (${reasonOf(thrown)}); name another folder.`);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
