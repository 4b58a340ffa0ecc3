/** The file that a recording will be written to: known to be writable before the command runs, there only once it is whole. */
import {
  chmodSync,
  chownSync,
  closeSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Result } from '../ending.ts';
import { ok, usage } from '../ending.ts';

export interface OutputFile {
  /** Whole, under its name. @throws where the disk is full */
  write(text: string): void;
  /** Leaves no trace, whether or not it was written. */
  discard(): void;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What is written is a profile, which tells what a program does: readable like any file of its owner. */
const MODE = 0o644;

/**
 * Devices and pipes (`/dev/stdout`) are written as they are.
 * @param owner who the file shall belong to; null: whoever runs this
 */
export function reserveFile(path: string, owner: Owner | null): Result<OutputFile> {
  try {
    const target = statSync(path, { throwIfNoEntry: false });
    if (target?.isDirectory() === true) return usage(`${path} is a directory; name a file with -o.`);
    if (target !== undefined && !target.isFile()) {
      closeSync(openSync(path, 'w'));
      return ok({
        write: (text) => {
          writeFileSync(path, text);
        },
        discard: () => undefined,
      });
    }
    return ok(besideIt(target ? realpathSync(path) : path, owner));
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return usage(`${path} can't be written (${reason}); name another file with -o.`);
  }
}

function besideIt(path: string, owner: Owner | null): OutputFile {
  const scratch = join(dirname(path), `.${basename(path)}.${process.pid}`);
  closeSync(openSync(scratch, 'wx', MODE));
  const discard = (): void => {
    rmSync(scratch, { force: true });
  };
  try {
    chmodSync(scratch, MODE);
    if (owner) chownSync(scratch, owner.uid, owner.gid);
  } catch (error) {
    discard();
    throw error;
  }
  return {
    write: (text) => {
      writeFileSync(scratch, text);
      renameSync(scratch, path);
    },
    discard,
  };
}
