/** The way from a pod's UID into the ledger: find its cgroup, open, join. */
import { findPodCgroup, type PodCgroup } from './cgroups/find-pod-cgroup.ts';
import type { Hierarchy } from './cgroups/hierarchy.ts';
import { openLedger, type JoinResult, type Ledger, type LedgerOptions } from './ledger/ledger.ts';

export interface LedgerDoor {
  findPod(): PodCgroup | undefined;
  join(pod: PodCgroup): Promise<JoinResult>;
  /** Lets go of what was opened; what is pinned stays. */
  close(): void;
}

export interface LedgerDoorOptions extends Omit<LedgerOptions, 'cgroupRoot'> {
  readonly podUid: string;
  /** Undefined on a node with cgroup v1 alone. */
  readonly hierarchy: Hierarchy | undefined;
}

/** Stands for the pod where no cgroup could be found however long one looked: joining refuses at once. */
const NOWHERE: PodCgroup = { path: '/nonexistent', id: 0n };

/** Opens nothing before the target is there: a node without a target is not touched. */
export function createLedgerDoor({ podUid, hierarchy, ...options }: LedgerDoorOptions): LedgerDoor {
  let opened: Ledger | undefined;

  async function join(pod: PodCgroup): Promise<JoinResult> {
    if (hierarchy === undefined) return { kind: 'refused', refusal: 'cgroup-v1', detail: 'no cgroup v2 hierarchy' };
    const result = openLedger({ ...options, cgroupRoot: hierarchy.path });
    if (result.kind !== 'ok') return result;
    opened = result.ledger;
    return opened.join({ podUid, cgroupIds: [pod.id] });
  }

  return {
    findPod: () => (hierarchy === undefined ? NOWHERE : findPodCgroup(hierarchy.path, podUid)),
    join,
    close: () => {
      opened?.close();
    },
  };
}
