/** The target's gate as the tracer has it in hand: a file whose existence opens it (hostPath medium). */
import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';

export interface Gate {
  /** When a tracer opened it; null while it is closed, or where opening is not the tracer's part. */
  openedAt(): Date | null;
  /** Opens it; nothing happens when it is open. */
  open(): void;
  /** Removes what `open` and the kubelet made. To be called when no container of the target will start again. */
  remove(): void;
}

/** The annotation medium, or no gate at all. */
export const NO_GATE: Gate = { openedAt: () => null, open: () => undefined, remove: () => undefined };

const OPENING = 'open';
const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * `<root>/<podUid>/open`. The kubelet mounts the directory read-only into the gate's container, and makes it (root, 0755) when it
 * is first. Its entries are reached through an open directory, so that nothing put in its place leads elsewhere.
 * @param podUid a UUID, checked by the configuration
 */
export function createGate(root: string, podUid: string): Gate {
  const directory = join(root, podUid);
  return {
    openedAt: () => within(directory, (path) => lstatSync(path, { throwIfNoEntry: false })?.mtime ?? null) ?? null,
    open: () => {
      mkdirSync(root, { recursive: true, mode: 0o755 });
      unless('EEXIST', () => {
        mkdirSync(directory, { mode: 0o755 });
      });
      // Made in one step, and complete when it can be seen: it is empty. The kernel's own time for it is that of the last tick (current_time()
      // in fs/inode.c), which may be before what the gate was held for.
      within(directory, (path) => {
        const now = new Date();
        unless('EEXIST', () => {
          const file = openSync(path, NEW_FILE, 0o444);
          try {
            futimesSync(file, now, now);
          } finally {
            closeSync(file);
          }
        });
      });
    },
    remove: () => {
      within(directory, (path) => {
        unless('ENOENT', () => {
          unlinkSync(path);
        });
      });
      // The root stays: a pod whose volume has been set up but whose gate hasn't been made yet would never start without it.
      unless('ENOENT', () => {
        rmdirSync(directory);
      });
    },
  };
}

const POD_UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** UIDs of the pods that have a directory below the root, whoever made it. */
export function listGates(root: string): string[] {
  return (unless('ENOENT', () => readdirSync(root)) ?? []).filter((name) => POD_UID.test(name));
}

/** @returns undefined where the directory isn't there */
function within<T>(directory: string, act: (openingPath: string) => T): T | undefined {
  const descriptor = unless('ENOENT', () => openSync(directory, DIRECTORY));
  if (descriptor === undefined) return undefined;
  try {
    if (!fstatSync(descriptor).isDirectory()) return undefined;
    return act(`/proc/self/fd/${descriptor}/${OPENING}`);
  } finally {
    closeSync(descriptor);
  }
}

function unless<T>(expected: string, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === expected) return undefined;
    throw error;
  }
}
