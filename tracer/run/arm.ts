/** Arms the ledger on the target: waits for the pod's cgroup, then joins. */
import type { Refusal } from '../../profile/recording.ts';
import type { PodCgroup } from '../cgroups/find-pod-cgroup.ts';
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

/** A target that is being deleted before it has a cgroup is not waited for. */
export async function arm(deps: ArmDeps): Promise<ArmResult> {
  const giveUpAtMs = deps.clock.steadyMs() + deps.cgroupWaitMs;
  for (;;) {
    const ending = endingOf(deps.hearing);
    if (ending !== undefined) return { kind: 'over', ending };
    const pod = deps.findPod();
    if (pod !== undefined) return joinPod(deps, pod);
    if (deps.hearing.order() === 'flush' || deps.clock.steadyMs() >= giveUpAtMs) {
      return { kind: 'refused', refusal: 'pod-cgroup-not-found', detail: `looked for ${deps.cgroupWaitMs} ms at most` };
    }
    await deps.bell.wait(Math.min(giveUpAtMs, deps.clock.steadyMs() + LOOK_MS));
  }
}

function endingOf(hearing: Hearing): Ending | undefined {
  if (hearing.order() === 'leave') return 'left';
  // Nothing is held yet that a successor would not find by itself.
  return hearing.stopping() === null ? undefined : 'handed-over';
}

async function joinPod({ join }: ArmDeps, pod: PodCgroup): Promise<ArmResult> {
  const joined = await join(pod);
  return joined.kind === 'ok' ? { kind: 'armed', slot: joined.slot, pod } : joined;
}
