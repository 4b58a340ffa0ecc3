/** What the tracers of a node share: the first one loads it, the last one out switches off the light. Everything here runs under the lock. */
import { existsSync, rmSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import type { Kernel } from './kernel.ts';
import type { RefusedResult } from './ledger.ts';
import type { Bpf } from './libbpf.ts';
import { BpfError } from './libbpf-call.ts';
import { readMemlockLimit } from './node.ts';
import type { LoadedObject } from './libbpf-object.ts';
import type { Pins } from './pins.ts';
import type { Preload } from './preload.ts';
import { arePinned, objectFor } from './pin-places.ts';
import { closePins, loadPins, openPins, removePins } from './pins.ts';
import { refuseLoad } from './refusal.ts';
import type { SlotDeps } from './slots.ts';
import { disarm, readDirectory } from './slots.ts';

export interface JoinDeps {
  readonly bpf: Bpf;
  readonly kernel: Kernel;
  /** On a BPF file system. */
  readonly pinRoot: string;
  readonly lockFile: string;
  readonly objectFile: string;
  readonly cgroupRoot: string;
  readonly preload?: Preload | undefined;
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

export interface OpenedNode {
  readonly kind: 'ok';
  readonly pins: Pins;
  /** Starts programs that don't run yet, and says where the node refuses them; null where they do. */
  readonly start: (() => RefusedResult | null) | null;
  /** Lets go of programs that have not been started. */
  readonly unload: () => void;
}

/** Opens what the node shares, or loads it. An error that speaks of the node becomes a refusal. */
export async function openNode(deps: JoinDeps): Promise<OpenedNode | RefusedResult> {
  const { bpf, pinRoot } = deps;
  if (arePinned(pinRoot)) return { kind: 'ok', pins: openPins(bpf, pinRoot), start: null, unload: () => undefined };
  let object: LoadedObject | null = null;
  const unload = (): void => {
    object?.close();
    object = null;
  };
  try {
    object = await loadObject(deps);
    const { pins, start } = loadPins(bpf, pinRoot, object);
    return { kind: 'ok', pins, start: () => startPrograms(deps, start), unload };
  } catch (error) {
    unload();
    clearNode(deps);
    return refusalIn(error);
  }
}

function startPrograms(deps: JoinDeps, start: () => void): RefusedResult | null {
  try {
    start();
    return null;
  } catch (error) {
    clearNode(deps);
    return refusalIn(error);
  }
}

async function loadObject({ bpf, objectFile, preload }: JoinDeps): Promise<LoadedObject> {
  return (await preload?.take()) ?? bpf.load(objectFor(bpf, objectFile));
}

/** @throws the error itself where it says nothing about the node */
function refusalIn(error: unknown): RefusedResult {
  const refused = error instanceof BpfError ? refuseLoad(error, release(), readMemlockLimit()) : null;
  if (refused === null) throw error;
  return { kind: 'refused', ...refused };
}

/** Closes what is open here, and clears the node where no slot is left. */
export function closeNode(deps: JoinDeps, slotDeps: SlotDeps): void {
  const isEmpty = !readDirectory(slotDeps).some((entry) => entry.inUse);
  closePins(deps.bpf, slotDeps.pins);
  if (isEmpty) clearNode(deps);
}

/**
 * Gives a slot up. Where it is the last one it goes with the programs and maps themselves, which nobody finds any more: then there is nothing
 * to wait for.
 */
export async function leaveNode(deps: JoinDeps, slotDeps: SlotDeps, index: number): Promise<void> {
  const entries = readDirectory(slotDeps);
  const own = entries[index];
  const isLast = entries.every((entry, place) => place === index || !entry.inUse);
  if (own && !isLast) await disarm(slotDeps, index, own);
  closePins(deps.bpf, slotDeps.pins);
  if (isLast) clearNode(deps);
}
