/** A place among the Falcos of the node: each of them watches the whole node, so there must not be many. */
import { closeSync, fstatSync, mkdirSync, openSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kernel } from '../ledger/kernel.ts';

export type GiveBack = () => void;

type Locks = Pick<Kernel, 'tryLock'>;

/** A tracer that gives its place back holds each free one for a moment (`sweep`): what is taken in one round may be free in a later one. */
const ROUNDS = { most: 5, pauseMs: 20 } as const;

/**
 * Places are locked files `<root>/places/<n>`. The kernel unlocks them when the tracer dies.
 * @returns how to give it back; undefined where all are taken
 */
export async function takePlace(root: string, places: number, kernel: Locks): Promise<GiveBack | undefined> {
  const paths = Array.from({ length: places }, (_, place) => join(root, 'places', String(place)));
  for (let round = 1; ; round += 1) {
    const taken = takeFree(root, paths, kernel);
    if (taken !== undefined || round === ROUNDS.most || places === 0) return taken;
    await sleep(ROUNDS.pauseMs);
  }
}

function takeFree(root: string, paths: readonly string[], kernel: Locks): GiveBack | undefined {
  for (const path of paths) {
    const descriptor = lockFile(path, kernel);
    if (descriptor === undefined) continue;
    return () => {
      rmSync(path);
      closeSync(descriptor);
      sweep(root, paths, kernel);
    };
  }
  return undefined;
}

/** @returns undefined where it is held by another tracer */
function lockFile(path: string, kernel: Locks): number | undefined {
  for (;;) {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    const descriptor = openSync(path, 'a', 0o600);
    const locked = kernel.tryLock(descriptor);
    if (locked && isStill(descriptor, path)) return descriptor;
    closeSync(descriptor);
    if (!locked) return undefined;
  }
}

/** False where its holder removed the file while it was opened here: another one may have been made and locked since. */
function isStill(descriptor: number, path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(descriptor).ino;
}

/** Files of tracers that were killed, and what is empty then. */
function sweep(root: string, paths: readonly string[], kernel: Locks): void {
  for (const path of paths) {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) continue;
    const descriptor = lockFile(path, kernel);
    if (descriptor === undefined) continue;
    rmSync(path);
    closeSync(descriptor);
  }
  for (const directory of [join(root, 'places'), root]) removeEmpty(directory);
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Somebody is at work there, or has been faster.
  }
}
