/** The target as the controller sees it: what `webhook/kube/read-pod.ts` makes of a pod object. */
import type { UnsupportedPlacement } from '../admission/unsupported.ts';
import type { Wishes } from '../wishes.ts';
import type { TracedContainer } from './trace-status.ts';

export type ContainerState =
  /** `reason` as in the pod's status: ContainerCreating, ImagePullBackOff, CrashLoopBackOff …; null when none is given. */
  | { readonly kind: 'waiting'; readonly reason: string | null }
  | { readonly kind: 'running'; readonly startedAtMs: number }
  | { readonly kind: 'terminated'; readonly exitCode: number; readonly finishedAtMs: number | null };

/** A container of the target itself; the gate is not among them. */
export interface TargetContainer extends TracedContainer {
  /** What the kubelet runs in it for exec probes and lifecycle hooks, as the runtime is given it. */
  readonly execCommands: readonly (readonly string[])[];
  readonly state: ContainerState;
  /** It has run at least once, whatever it does now. */
  readonly everStarted: boolean;
  /** The IDs that the status still names: the current and the previous one. */
  readonly containerIds: readonly string[];
  /** The current one without its runtime's name, while the status calls the container ready; else null. */
  readonly readyId: string | null;
  /** When it last stopped; null if it never did, or the status has forgotten. */
  readonly lastFinishedAtMs: number | null;
  /** Where volumes are mounted into it. */
  readonly mounts: readonly { readonly path: string; readonly readOnly: boolean }[];
}

/** How the gate is told to open. `none`: the target has no gate (it was labelled when it ran). */
export type GateMedium = 'hostPath' | 'annotation' | 'none';

export interface Gate {
  readonly medium: Exclude<GateMedium, 'none'>;
  readonly image: string;
  /** Place in `spec.initContainers`. */
  readonly index: number;
  readonly state: ContainerState;
}

/** What the annotation `flak.dev/gate` says. */
export type GateSignal =
  { readonly kind: 'none' } | { readonly kind: 'open' } | { readonly kind: 'release'; readonly reason: string };

export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface TargetPod {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly nodeName: string | null;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  /** `status.reason`: Evicted, OutOfpods, NodeLost … */
  readonly statusReason: string | null;
  /** The deletion timestamp, which includes the grace period; null while nobody deletes it. */
  readonly deletionAtMs: number | null;
  /**
   * It is deleted, and its kubelet has not said yet that it is done: then it deletes the pod once more with a grace period of 0, as whoever
   * deletes it by force does. Until then it isn't Flak that holds the pod.
   */
  readonly awaitsKubelet: boolean;
  readonly graceSeconds: number;
  /** Flak's finalizer is on it. */
  readonly held: boolean;
  /** Label `flak.dev/trace`. */
  readonly optIn: 'true' | 'false' | null;
  /** Label `flak.dev/traced=true`: admission put a gate into it. */
  readonly traced: boolean;
  readonly signal: GateSignal;
  readonly failClosed: boolean;
  /** A canary of `flak verify`: its tracer has a profile to place on the node. */
  readonly verifies: boolean;
  /** What its annotations ask of the probes and the profile. */
  readonly wishes: Wishes;
  /** From the annotation; null where the configuration's default holds. */
  readonly gateTimeoutMs: number | null;
  readonly gate: Gate | null;
  readonly containers: readonly TargetContainer[];
  /** The controlling owner reference. */
  readonly owner: Owner | null;
  /** When it was bound to its node. */
  readonly scheduledAtMs: number | null;
  /** The latest change of any of its conditions, or its creation: the newest time of the API server's that is known. */
  readonly lastTransitionAtMs: number;
  /** A static pod's image on the API server. */
  readonly mirror: boolean;
  /** Why no tracer could follow it to where it runs; its RuntimeClass is known by the name alone. */
  readonly unsupported: UnsupportedPlacement | null;
}

/** Its run is over or about to be: nothing of it will start again. */
export function isEnding(pod: TargetPod): boolean {
  return pod.deletionAtMs !== null || isTerminal(pod);
}

export function isTerminal(pod: TargetPod): boolean {
  return pod.phase === 'Succeeded' || pod.phase === 'Failed';
}

/** One of its own containers has run. */
export function hasStarted(pod: TargetPod): boolean {
  return pod.containers.some((container) => container.everStarted);
}

/** The gate has let the target's containers through. */
export function gatePassed(pod: TargetPod): boolean {
  return (
    pod.gate === null || hasStarted(pod) || (pod.gate.state.kind === 'terminated' && pod.gate.state.exitCode === 0)
  );
}

/** Asked for by a label on a running pod, after admission: there is no gate. */
export function isLate(pod: TargetPod): boolean {
  return pod.gate === null && !pod.traced && pod.optIn === 'true';
}

/** Nobody asks for a trace of it any more although Flak still holds it: its labels were removed, or it opted out. */
export function isWithdrawn(pod: TargetPod): boolean {
  return pod.held && isUnasked(pod);
}

/** None of its labels asks for a trace. */
export function isUnasked(pod: TargetPod): boolean {
  return pod.optIn === 'false' || (!pod.traced && pod.optIn !== 'true');
}

/** A gate that waits for somebody. */
export function isWaitingAtGate(pod: TargetPod): boolean {
  return pod.gate !== null && !gatePassed(pod);
}

/** When the last of its containers stopped, by the kubelet's clock; null while one runs, or where none ever did. */
export function stoppedAtMs(pod: TargetPod): number | null {
  const running =
    pod.containers.some((container) => container.state.kind === 'running') || pod.gate?.state.kind === 'running';
  if (running) return null;
  const stops = pod.containers.flatMap(({ lastFinishedAtMs }) => (lastFinishedAtMs === null ? [] : [lastFinishedAtMs]));
  return stops.length > 0 ? Math.max(...stops) : null;
}

/** When an ending pod's run was over: its containers stopped or, where the kubelet has not said so, the end of the grace period. */
export function overAtMs(pod: TargetPod): number {
  return stoppedAtMs(pod) ?? pod.deletionAtMs ?? pod.lastTransitionAtMs;
}
