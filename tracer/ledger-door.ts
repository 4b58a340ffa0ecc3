/** The way from a pod's UID into the ledger: find its cgroup, open, join. */
import { findPodCgroup, NO_CGROUP, type PodCgroup } from './cgroups/find-pod-cgroup.ts';
import type { Hierarchy } from './cgroups/hierarchy.ts';
import { openLedger, type JoinResult, type Ledger, type LedgerOptions } from './ledger/ledger.ts';

export interface LedgerDoor {
  findPod(): PodCgroup | undefined;
  /** With NO_CGROUP: finds an earlier tracer's slot, and makes none. */
  join(pod: PodCgroup): Promise<JoinResult>;
  /** Lets go of what was opened; what is pinned stays. */
  close(): void;
}

export interface LedgerDoorOptions extends Omit<LedgerOptions, 'cgroupRoot'> {
  readonly podUid: string;
  readonly execHashes: readonly bigint[];
  /** Undefined on a node with cgroup v1 alone. */
  readonly hierarchy: Hierarchy | undefined;
}

/** Opens nothing before the target is there: a node without a target is not touched. */
export function createLedgerDoor({ podUid, execHashes, hierarchy, ...options }: LedgerDoorOptions): LedgerDoor {
  let opened: Ledger | undefined;

  async function join(pod: PodCgroup): Promise<JoinResult> {
    if (hierarchy === undefined) return { kind: 'refused', refusal: 'cgroup-v1', detail: 'no cgroup v2 hierarchy' };
    const result = openLedger({ ...options, cgroupRoot: hierarchy.path });
    if (result.kind !== 'ok') return result;
    opened = result.ledger;
    return opened.join({ podUid, cgroupIds: pod === NO_CGROUP ? [] : [pod.id], execHashes });
  }

  return {
    findPod: () => (hierarchy === undefined ? NO_CGROUP : findPodCgroup(hierarchy.path, podUid)),
    join,
    close: () => {
      opened?.close();
    },
  };
}
