/** What the tracers of a node share: the first one loads it, the last one out switches off the light. Everything here runs under the lock. */
import { existsSync, rmSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import type { Kernel } from './kernel.ts';
import type { RefusedResult } from './ledger.ts';
import type { Bpf } from './libbpf.ts';
import { BpfError } from './libbpf.ts';
import { readMemlockLimit } from './node.ts';
import type { Pins } from './pins.ts';
import { arePinned, closePins, openPins, removePins } from './pins.ts';
import { refuseLoad } from './refusal.ts';
import type { SlotDeps } from './slots.ts';
import { readDirectory } from './slots.ts';

export interface JoinDeps {
  readonly bpf: Bpf;
  readonly kernel: Kernel;
  /** On a BPF file system. */
  readonly pinRoot: string;
  readonly lockFile: string;
  readonly objectFile: string;
  readonly cgroupRoot: string;
}

/**
 * Whether a cgroup's directory is removed. Before Linux 6.1 the kernel leads to a removed one for as long as anything is charged to it:
 * it has no files then.
 */
export function isCgroupGone(
  { kernel, cgroupRoot }: Pick<JoinDeps, 'kernel' | 'cgroupRoot'>,
  cgroupId: bigint,
): boolean {
  return kernel.inCgroup(cgroupRoot, cgroupId, (directory) => existsSync(join(directory, 'cgroup.procs'))) !== true;
}

/** Where no slot is in use. No lock file stays either, unless a ledger of another layout needs it: lock.ts knows when one is gone. */
export function clearNode({ pinRoot, lockFile }: JoinDeps): void {
  removePins(pinRoot);
  if (!existsSync(pinRoot)) rmSync(lockFile, { force: true });
}

/** Opens or loads what the node shares. An error that speaks of the node becomes a refusal. */
export function openNode(deps: JoinDeps): { kind: 'ok'; pins: Pins } | RefusedResult {
  const { bpf, pinRoot, objectFile } = deps;
  try {
    return { kind: 'ok', pins: openPins(bpf, pinRoot, objectFile) };
  } catch (error) {
    if (!arePinned(pinRoot)) clearNode(deps);
    const refused = error instanceof BpfError ? refuseLoad(error, release(), readMemlockLimit()) : null;
    if (refused === null) throw error;
    return { kind: 'refused', ...refused };
  }
}

/** Closes what is open here, and clears the node where no slot is left. */
export function closeNode(deps: JoinDeps, slotDeps: SlotDeps): void {
  const isEmpty = !readDirectory(slotDeps).some((entry) => entry.inUse);
  closePins(deps.bpf, slotDeps.pins);
  if (isEmpty) clearNode(deps);
}
