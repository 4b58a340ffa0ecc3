/** Files as commands read and write them: whole or not at all. */
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Result } from './ending.ts';
import { environment, ok, usage } from './ending.ts';
import type { ExportedFile } from './uninstall/export.ts';

/** The text of a file, or of `input` for `-`. */
export function readTextFrom(input: NodeJS.ReadableStream): (path: string) => Promise<Result<string>> {
  return async (path) => {
    try {
      return ok(path === '-' ? await text(input) : await readFile(path, 'utf8'));
    } catch (thrown) {
      return usage(`${path} can't be read (${reasonOf(thrown)}); name another file with -f.`);
    }
  };
}

/** Writes beside the folder and renames at the end, so that an interrupted export leaves nothing that looks whole. */
export async function writeFolder(folder: string, files: readonly ExportedFile[]): Promise<Result<undefined>> {
  const target = resolve(folder);
  if (await exists(target)) return usage(`${folder} exists already; name a new folder with --export.`);
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
    return environment(`${folder} can't be written (${reasonOf(thrown)}); name another folder with --export.`);
  }
}

/** Writes each file beside its place and renames it; what is there already is replaced. */
export async function addToFolder(folder: string, files: readonly ExportedFile[]): Promise<Result<undefined>> {
  try {
    for (const { path, content } of files) {
      const target = join(resolve(folder), path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(`${target}.new`, content);
      await rename(`${target}.new`, target);
    }
    return ok(undefined);
  } catch (thrown) {
    return environment(`${folder} can't be written (${reasonOf(thrown)}); name another folder with --export.`);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
