/** Profiles on the node, where runtimes find them: `<kubelet root>/seccomp/flak/verify/<namespace>.<random>.<container>.json`. */
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { MAX_CANARY_SECONDS, PLACED_FILE, PLACED_FOLDER } from '../../profile/placement.ts';

export interface PlacedFile {
  readonly name: string;
  readonly content: string;
}

export interface PlacedFiles {
  /** Replaces files of these names as a whole. @throws where the node doesn't let it; nothing of these files is left then */
  put(files: readonly PlacedFile[]): void;
  /** Removes them; what isn't there any more is fine. */
  remove(names: readonly string[]): void;
  /** Removes what is older than any canary can be: its tracer and all its successors died. */
  sweep(now: Date): void;
}

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Twice the longest life of a canary: the clock may be set while one lives. */
const KEPT_MS = 2 * MAX_CANARY_SECONDS * 1000;

/**
 * @param kubeletRoot as the tracer reaches it, absolute; its last parts are made (0755), and none may be a link, which would lead
 * elsewhere in the tracer's own root
 */
export function createPlacedFiles(kubeletRoot: string): PlacedFiles {
  const folders = ['seccomp', ...PLACED_FOLDER.split('/')];
  return {
    put: (files) => {
      within(kubeletRoot, folders, 'make', (folder) => {
        try {
          for (const file of files) write(folder, file);
        } catch (error) {
          for (const { name } of files) rmSync(join(folder, name), { force: true });
          throw error;
        }
      });
    },
    remove: (names) => {
      within(kubeletRoot, folders, 'find', (folder) => {
        for (const name of names.filter(isPlaced))
          for (const file of [name, scratchOf(name)]) rmSync(join(folder, file), { force: true });
      });
    },
    sweep: (now) => {
      within(kubeletRoot, folders, 'find', (folder) => {
        for (const name of readdirSync(folder)) {
          const touched = lstatSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs;
          const isOurs = isPlaced(name.replace(/^\.|\.new$/g, ''));
          if (isOurs && touched !== undefined && now.getTime() - touched > KEPT_MS)
            rmSync(join(folder, name), { force: true });
        }
      });
    },
  };
}

function isPlaced(name: string): boolean {
  return PLACED_FILE.test(name);
}

function scratchOf(name: string): string {
  return `.${name}.new`;
}

function write(folder: string, { name, content }: PlacedFile): void {
  if (!isPlaced(name)) throw new Error(`${name} is no name of a placed profile`);
  const scratch = join(folder, scratchOf(name));
  // Of a predecessor that died over it.
  rmSync(scratch, { force: true });
  const descriptor = openSync(scratch, NEW_FILE, 0o644);
  try {
    // Whatever the umask: runtimes may run as another user.
    fchmodSync(descriptor, 0o644);
    // Whole, or an error: writeSync may stop halfway on a disk that is nearly full.
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
    renameSync(scratch, join(folder, name));
  } catch (error) {
    rmSync(scratch, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Goes down one open folder after the other, so that nothing put in one's place leads elsewhere. */
function within(root: string, folders: readonly string[], how: 'make' | 'find', act: (folder: string) => void): void {
  const [next, ...rest] = folders;
  const descriptor = open(root, how);
  if (descriptor === undefined) return;
  try {
    const here = `/proc/self/fd/${descriptor}`;
    if (next === undefined) act(here);
    else {
      if (how === 'make') makeFolder(join(here, next));
      within(join(here, next), rest, how, act);
    }
  } finally {
    closeSync(descriptor);
  }
}

function open(path: string, how: 'make' | 'find'): number | undefined {
  try {
    return openSync(path, DIRECTORY);
  } catch (error) {
    if (how === 'find' && isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o755 });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
