/** The file that a recording will be written to: known to be writable before the command runs, there only once it is whole. */
import { stat } from 'node:fs/promises';
import type { Result } from '../ending.ts';
import { environment, ok, usage } from '../ending.ts';
import type { Owner } from '../write-whole.ts';
import { reasonOf, tryWriting, writeWhole } from '../write-whole.ts';

/** Whole, under its name, or not at all: the disk may be full by now. */
export type WriteOutput = (text: string) => Promise<Result<undefined>>;

/** What is written is a profile, which tells what a program does: readable like any file of its owner. */
const MODE = 0o644;

/**
 * Leaves nothing there that the recorded command could see.
 * @param owner who the file shall belong to; null: whoever runs this
 */
export async function outputTo(path: string, owner: Owner | null): Promise<Result<WriteOutput>> {
  try {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() === true) return usage(`${path} is a directory; name a file with -o.`);
    await tryWriting(path);
  } catch (thrown) {
    return usage(`${path} can't be written (${reasonOf(thrown)}); name another file with -o.`);
  }
  return ok(async (text) => {
    try {
      await writeWhole(path, text, { mode: MODE, owner });
      return ok(undefined);
    } catch (thrown) {
      return environment(`${path} can't be written (${reasonOf(thrown)}); make room and run it again.`);
    }
  });
}
