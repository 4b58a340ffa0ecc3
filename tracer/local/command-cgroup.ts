/**
 * The cgroup that a command is recorded in: below Flak's own, so that every limit that held for it before still holds.
 * `flak-record-<pid>` is what the ledger is told to watch; the command runs in `command` below it, as a container does in a pod.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childrenOf, processesBelow, unlessGone } from '../cgroups/tree.ts';

const PREFIX = 'flak-record-';

export interface CommandCgroup {
  /** What the ledger joins. */
  readonly id: bigint;
  /** Where the command is: what it is called in a reading. */
  readonly commandId: bigint;
  /** A process that writes 0 to `cgroup.procs` there becomes one of the command's. */
  readonly directory: string;
  /** How many processes live in it, at any depth. */
  readonly population: () => number;
  /** Sends whatever lives in it back to where Flak is, and removes it. */
  remove(): void;
}

/** Own cgroup in the v2 hierarchy: the line `0::/path` of /proc/<pid>/cgroup (cgroups(7)); absolute below its mount. */
export function pathOfProcess(hierarchyRoot: string, pid: number | 'self'): string {
  const path = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? '/';
  return join(hierarchyRoot, path);
}

/** The innermost recorded cgroup wins, so a recording within a recording would take its calls away from the outer one. */
export function isRecorded(path: string): boolean {
  return path.includes(`/${PREFIX}`);
}

/**
 * @param parent directory of the cgroup to make it in
 * @param name told apart by the caller: its own process id
 * @throws where the file system is read-only, or the caller may not write there
 */
export function makeCommandCgroup(parent: string, name: number): CommandCgroup {
  removeForgotten(parent);
  const directory = join(parent, `${PREFIX}${name}`);
  const inner = join(directory, 'command');
  mkdirSync(directory);
  mkdirSync(inner);
  return {
    id: idOf(directory),
    commandId: idOf(inner),
    directory: inner,
    population: () => processesBelow(directory).length,
    remove: () => {
      for (let attempt = 0; attempt < LEAVING.attempts && processesBelow(directory).length > 0; attempt++) {
        for (const pid of processesBelow(directory)) move(pid, parent);
        pause(LEAVING.pauseMs);
      }
      removeTree(directory);
    },
  };
}

/**
 * A first move between cgroups waits for an RCU grace period (some 20 ms), one that follows closely on another doesn't: its lock stays with the
 * movers until the next period is over (kernel/rcu/sync.c of 6.18, cgroup_threadgroup_rwsem). So Flak moves itself to where it is, beside its other
 * work. Where that isn't allowed nothing is lost but time.
 * @param own the cgroup that Flak is in
 */
export function prepareMove(own: string): void {
  void writeFile(join(own, 'cgroup.procs'), '0').catch(() => undefined);
}

/** One that is ending can't be moved any more (cgroup_attach_task of kernel/cgroup/cgroup.c passes over it), and is listed until it is gone. */
const LEAVING = { attempts: 200, pauseMs: 5 } as const;

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** The id of a cgroup is its directory's inode number (64-bit kernels, since 5.5). */
export function idOf(directory: string): bigint {
  return statSync(directory, { bigint: true }).ino;
}

/** As `unlessGone`; what is still being left is EBUSY to kernfs. */
function unlessLeft<T>(act: () => T): T | null {
  return unlessGone(act, 'EBUSY');
}

/** Moves a process with all its threads. False where it has ended meanwhile. */
export function move(pid: number, directory: string): boolean {
  return (
    unlessLeft(() => {
      writeFileSync(join(directory, 'cgroup.procs'), String(pid));
    }) !== null
  );
}

function removeTree(directory: string): void {
  for (const child of childrenOf(directory)) removeTree(join(directory, child));
  unlessLeft(() => {
    rmdirSync(directory);
  });
}

/** What a killed Flak left; never what is populated, which may still be recorded. */
function removeForgotten(parent: string): void {
  for (const name of childrenOf(parent).filter((child) => child.startsWith(PREFIX))) {
    const isOver = !existsSync(`/proc/${name.slice(PREFIX.length)}`);
    if (isOver && processesBelow(join(parent, name)).length === 0) removeTree(join(parent, name));
  }
}
