/**
 * The ledger as the tracer sees it: join a pod's slot, read what the kernel has written there, leave.
 * One set of programs per node, pinned; it goes on recording while no tracer lives (docs/architecture.md, decision 6).
 */
import type { PartialReason, RecordingEntry, Refusal } from '../../profile/recording.ts';
import type { JoinedSlot } from './held-slot.ts';
import { joinSlot } from './join.ts';
import { loadKernel } from './kernel.ts';
import { loadBpf } from './libbpf.ts';
import { withLock } from './lock.ts';
import type { Preload } from './preload.ts';
import { readNodeFacts } from './node.ts';
import { findPinRoot } from './pin-root.ts';
import { refuseNode } from './refusal.ts';

export interface LedgerOptions {
  /** A directory on a BPF file system, for example `/sys/fs/bpf/flak`; the layout's version is added below it. */
  readonly pinRoot: string;
  /** Guards join and leave between all tracers of the node, for example `/run/flak/ledger.lock`. */
  readonly lockFile: string;
  /** `ledger.bpf.o`, as `npm run ledger` makes it. */
  readonly objectFile: string;
  /** Where the node's cgroup v2 hierarchy is mounted (`/sys/fs/cgroup`, or `…/unified` where v1 is beside it). */
  readonly cgroupRoot: string;
  /** The object, being loaded since before it was known that it's needed. */
  readonly preload?: Preload;
}

export interface RefusedResult {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  readonly detail: string;
}
export type OpenResult = { readonly kind: 'ok'; readonly ledger: Ledger } | RefusedResult;
export type JoinResult = { readonly kind: 'ok'; readonly slot: Slot } | RefusedResult;

export interface Target {
  /** With or without dashes (static pods have none). */
  readonly podUid: string;
  /** Inode numbers of the pod's cgroup in the v2 hierarchy: four at most; none: only an earlier tracer's slot will do. */
  readonly cgroupIds: readonly bigint[];
  /** Of the commands of exec probes and lifecycle hooks (profile/exec-hash.ts): who joins with one of them is `exec:probe`. 128 at most. */
  readonly execHashes?: readonly bigint[];
}

export interface Ledger {
  /** Joins the slot of this pod, or finds it again (`resumed`) after its tracer died. The first on a node loads and attaches. */
  join(target: Target): Promise<JoinResult>;
  /** Lets go of everything opened here. What is pinned stays, and goes on recording. */
  close(): void;
}

export interface ContainerReading {
  /** The cgroup directly below the pod's, whatever deeper cgroup the caller was in. */
  readonly cgroupId: bigint;
  /** That cgroup's directory name, cut at 127 bytes: `cri-containerd-<id>.scope`, `<id>` … */
  readonly name: string;
  /** True for processes directly in the pod's own cgroup, which belong to no container. */
  readonly isPod: boolean;
  /** Boot clock, ns. */
  readonly firstSeenNs: bigint;
  /** When set-up ended (boot clock, ns); null while it has not, or when the container already ran at arming. */
  readonly startedNs: bigint | null;
  readonly entries: RecordingEntry[];
}

export interface SlotReading {
  readonly containers: ContainerReading[];
  readonly reasons: PartialReason[];
  /** Of the fullest of the slot's maps, 0 to 1. What is full loses, and says so: report and `free` early. */
  readonly fill: number;
}

export interface Slot {
  readonly armedAtBootNs: bigint;
  /** True if the slot was there already: everything since `armedAtBootNs` is in it. */
  readonly resumed: boolean;
  /** Grows with every first sight, and when something is lost. Cheap (one map lookup, one question to the kernel for each program): compare before calling `read`. */
  changes(): bigint;
  /** Everything seen since arming. Never destructive. */
  read(): SlotReading;
  /**
   * What these containers call themselves is `serving` from now on, `startup` before. Idempotent.
   * @throws BpfError where the slot has no room for another (256, commands of probes and hooks included)
   */
  markServing(cgroupIds: readonly bigint[]): Promise<void>;
  /**
   * Forgets containers, once what was read of them has been stored elsewhere for good. One whose cgroup is there is left alone: it
   * may go on calling. Idempotent.
   */
  free(cgroupIds: readonly bigint[]): Promise<void>;
  /** Gives the slot up, with what is in it. The last one out of the node unpins everything. */
  leave(): Promise<void>;
}

/**
 * Looks whether this node can have a ledger at all. Loads nothing yet: that is done by the first join, under the lock.
 * @throws where libbpf is not installed
 */
export function openLedger(options: LedgerOptions): OpenResult {
  const refused = refuseNode(readNodeFacts(options.cgroupRoot));
  if (refused) return { kind: 'refused', ...refused };
  const pinRoot = findPinRoot(options.pinRoot);
  if (pinRoot === null) {
    return {
      kind: 'refused',
      refusal: 'bpffs-not-mountable',
      detail: `no BPF file system at or above ${options.pinRoot}`,
    };
  }
  const joined = new Set<JoinedSlot>();
  const { preload } = options;
  const deps = { ...options, pinRoot, bpf: preload?.bpf ?? loadBpf(), kernel: loadKernel() };
  return {
    kind: 'ok',
    ledger: {
      join: async (target) => {
        const result = await withLock(deps.lockFile, deps.kernel, () => joinSlot(deps, target));
        if (result.kind === 'ok') joined.add(result.slot);
        return result;
      },
      close: () => {
        for (const slot of joined) slot.close();
        joined.clear();
        preload?.drop();
      },
    },
  };
}
