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
import { environment, ok, usage } from '../ending.ts';

export interface OutputFile {
  /** Whole, under its name, or not at all: the disk may be full by now. */
  readonly write: (text: string) => Result<undefined>;
  /** Leaves no trace of an unfinished one. */
  readonly discard: () => void;
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
    if (target === undefined || target.isFile()) return ok(besideIt(path, target ? realpathSync(path) : path, owner));
    closeSync(openSync(path, 'w'));
    const write = (text: string): void => {
      writeFileSync(path, text);
    };
    return ok({ write: attempt(path, write), discard: () => undefined });
  } catch (thrown) {
    return usage(`${path} can't be written (${reasonOf(thrown)}); name another file with -o.`);
  }
}

function besideIt(name: string, path: string, owner: Owner | null): OutputFile {
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
  const write = (text: string): void => {
    writeFileSync(scratch, text);
    renameSync(scratch, path);
  };
  return { write: attempt(name, write), discard };
}

function attempt(name: string, write: (text: string) => void): OutputFile['write'] {
  return (text) => {
    try {
      write(text);
      return ok(undefined);
    } catch (thrown) {
      return environment(`${name} can't be written (${reasonOf(thrown)}); make room and run it again.`);
    }
  };
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
