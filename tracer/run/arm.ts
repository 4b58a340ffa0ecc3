/** Arms the ledger on the target: waits for the pod's cgroup, then joins. */
import type { Refusal } from '../../profile/recording.ts';
import { NO_CGROUP, type PodCgroup } from '../cgroups/find-pod-cgroup.ts';
import type { Clock } from '../clock.ts';
import type { JoinResult, Slot } from '../ledger/ledger.ts';
import type { Bell } from './bell.ts';
import type { Ending } from './decide.ts';
import type { Hearing } from './hearing.ts';

export type ArmResult =
  | { readonly kind: 'armed'; readonly slot: Slot; readonly pod: PodCgroup }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly detail: string }
  | { readonly kind: 'over'; readonly ending: Ending };

export interface ArmDeps {
  /** The target's cgroup, where it exists by now. */
  readonly findPod: () => PodCgroup | undefined;
  readonly join: (pod: PodCgroup) => Promise<JoinResult>;
  readonly clock: Pick<Clock, 'steadyMs'>;
  readonly bell: Bell;
  readonly hearing: Hearing;
  readonly cgroupWaitMs: number;
}

/** Usually the cgroup is older than the tracer. A walk over the node's cgroups takes some milliseconds. */
const LOOK_MS = 100;

/**
 * A target that is being deleted before it has a cgroup is not waited for. What a predecessor recorded outlives the cgroup, so
 * its slot is asked for before anything is given up. A tracer that is told to stop goes on until it knows why: a target that
 * lives on may be waiting at its gate, and one that doesn't must not be handed over to nobody.
 */
export async function arm(deps: ArmDeps): Promise<ArmResult> {
  const giveUpAtMs = deps.clock.steadyMs() + deps.cgroupWaitMs;
  for (;;) {
    const nowMs = deps.clock.steadyMs();
    const stopping = deps.hearing.stopping();
    const order = stopping?.answer ?? deps.hearing.order();
    if (order === 'leave') return giveUp(deps);
    // Nothing is held yet that a successor would not find by itself.
    if (order === 'hand-over' || (stopping !== null && nowMs >= stopping.deadlineMs)) return HANDED_OVER;
    const pod = deps.findPod();
    if (pod !== undefined) return joinPod(deps, pod);
    if (order === 'flush' || nowMs >= giveUpAtMs) return joinPod(deps, NO_CGROUP);
    await deps.bell.wait(Math.min(giveUpAtMs, nowMs + LOOK_MS));
  }
}

const HANDED_OVER: ArmResult = { kind: 'over', ending: 'handed-over' };

/** A predecessor's slot is taken over to be given up; where there is none, nothing is. */
async function giveUp(deps: ArmDeps): Promise<ArmResult> {
  const result = await joinPod(deps, NO_CGROUP);
  return result.kind === 'refused' ? { kind: 'over', ending: 'left' } : result;
}

async function joinPod({ join }: ArmDeps, pod: PodCgroup): Promise<ArmResult> {
  const joined = await join(pod);
  return joined.kind === 'ok' ? { kind: 'armed', slot: joined.slot, pod } : joined;
}
