/** What local mode is made of, and where it meets the tracers of a node: a machine that is a cluster's node has one ledger for both. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findHierarchy } from '../cgroups/hierarchy.ts';
import type { Hierarchy } from '../cgroups/hierarchy.ts';
import type { LedgerOptions } from '../ledger/ledger.ts';

const LEDGER_OBJECT = fileURLToPath(new URL('../ledger/ledger.bpf.o', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('launch', import.meta.url));

export interface LocalPlaces {
  readonly hierarchy: Hierarchy;
  readonly ledger: LedgerOptions;
  /** The program that starts commands (launch.c). */
  readonly launcher: string;
}

/** Null on a machine without a cgroup v2 hierarchy. */
export function findPlaces(): LocalPlaces | null {
  const hierarchy = findHierarchy('/sys/fs/cgroup');
  if (!hierarchy) return null;
  const ledger = {
    pinRoot: '/sys/fs/bpf/flak',
    lockFile: '/run/flak/ledger.lock',
    objectFile: LEDGER_OBJECT,
    cgroupRoot: hierarchy.path,
  };
  return { hierarchy, ledger, launcher: LAUNCHER };
}

/** What `npm run ledger` runs. */
export const BUILD_SCRIPTS: readonly string[] = ['../ledger/build.sh', 'build.sh'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** Packages have the parts and no scripts to make them. */
export function isCheckout(): boolean {
  return BUILD_SCRIPTS.every((path) => existsSync(path));
}

/** What a checkout lacks before `npm run ledger`. */
export function missingParts(): string[] {
  return [LEDGER_OBJECT, LAUNCHER].filter((path) => !existsSync(path));
}

/** proc_pid_limits(5). */
const OPEN_FILES = /^Max open files +(\d+)/m;

/**
 * The soft limit of open files that Flak was started with. Node raises its own at start, so that of its parent is taken, from whom it had it.
 * Undefined where that isn't to be seen, or is infinite.
 */
export function openFilesLimit(): number | undefined {
  const path = `/proc/${process.ppid}/limits`;
  const limit = existsSync(path) ? OPEN_FILES.exec(readFileSync(path, 'utf8'))?.[1] : undefined;
  return limit === undefined ? undefined : Number(limit);
}

export function readOwnStat(): string {
  return readFileSync('/proc/self/stat', 'utf8');
}
