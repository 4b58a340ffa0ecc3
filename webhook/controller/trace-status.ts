/** The `Trace` object: one target's run, from its pod's creation to its profile. */
import type { FalcoState, FileReason } from '../../profile/probe-words.ts';
import type { Completeness, Workload } from '../../profile/syscall-profile.ts';

/**
 * - `Pending`: the pod has no node yet. - `Arming`: a tracer is on its way. - `Recording`: armed, the gate is open.
 * - `Flushing`: the target is ending. - `Complete`: profiles are stored. - `Untraced`: nothing could be recorded; `reason` says why.
 */
export const TRACE_PHASES = ['Pending', 'Arming', 'Recording', 'Flushing', 'Complete', 'Untraced'] as const;
export type TracePhase = (typeof TRACE_PHASES)[number];

export interface TracedContainer {
  readonly name: string;
  readonly kind: 'init' | 'sidecar' | 'app' | 'ephemeral';
  /** `command` and `args` as in the pod's spec, unexpanded; empty when the image decides. */
  readonly command: readonly string[];
  readonly image: string;
  /** `imageID` of the pod's status; empty until the container has been created. */
  readonly imageDigest: string;
}

export interface TraceSpec {
  readonly podName: string;
  readonly podUid: string;
}

/** Which probes a trace has, and how they fare. */
export interface TracedProbes {
  readonly ledger: 'before-gate' | 'late';
  /** Absent of tracers that know no second probe. */
  readonly falco?: {
    readonly state: FalcoState;
    /** In words, where the state says too little. */
    readonly detail?: string;
    readonly version?: string;
    /** Falco's own count, of the whole node. */
    readonly drops: number;
    /** Times at which it did not watch. */
    readonly gaps: number;
    /** Calls that it leaves out, since it dropped events. */
    readonly shed: number;
  };
  /** Absent where file accesses were not asked for. */
  readonly files?: {
    readonly linesKept: number;
    readonly linesDropped: number;
    readonly linesUploaded: number;
    readonly reasons: readonly FileReason[];
  };
}

export interface TraceStatus {
  readonly phase: TracePhase;
  readonly node?: string;
  readonly workload?: Workload;
  readonly containers?: readonly TracedContainer[];
  readonly tracer?: string;
  readonly armedAt?: string;
  readonly gateOpenedAt?: string;
  readonly endedAt?: string;
  /** Machine-readable: a partial reason, a release reason or a refusal; `message` says it in words. */
  readonly reason?: string;
  readonly message?: string;
  readonly probes?: TracedProbes;
  readonly completeness?: Completeness;
  /** Names of the SyscallProfiles that this trace was merged into. */
  readonly profiles?: readonly string[];
}
