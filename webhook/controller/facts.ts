/** Everything that a decision about one target is made from. Gathered by reconcile.ts, judged by plan.ts. */
import { z } from 'zod';
import type { FalcoSection, FilesSection } from '../../profile/probes.ts';
import type { Refusal } from '../../profile/recording.ts';
import { workloadSchema } from '../../profile/syscall-profile.ts';
import type { Workload } from '../../profile/syscall-profile.ts';
import type { TargetPod } from './target-pod.ts';
import type { TraceStatus } from './trace-status.ts';
import type { ProbeSettings } from './tracer-probes.ts';

/** The Trace object; `status` is null before its first status was written. */
export interface TraceFacts {
  readonly namespace: string;
  readonly name: string;
  readonly podUid: string;
  readonly podName: string;
  readonly resourceVersion: string;
  readonly status: TraceStatus | null;
}

/** Kept as an annotation on the tracer pod, for when the target is gone. */
export const targetFactsSchema = z.object({
  namespace: z.string(),
  podName: z.string(),
  workload: workloadSchema.nullable(),
  /** False where the owner wants no rules on argument values; absent from older tracers. */
  argumentRules: z.boolean().optional(),
});
export type TargetFacts = z.infer<typeof targetFactsSchema>;

export interface TracerFacts {
  readonly name: string;
  readonly uid: string;
  readonly targetUid: string;
  readonly nodeName: string | null;
  readonly phase: TargetPod['phase'];
  readonly createdAtMs: number;
  readonly deletionAtMs: number | null;
  /** Why its container waits: ImagePullBackOff, CreateContainerError …; null when it doesn't. */
  readonly waitingReason: string | null;
  readonly waitingMessage: string | null;
  readonly restartCount: number;
  readonly everStarted: boolean;
  /** `status.reason` and `status.message`: how a kubelet says that it refuses a pod. */
  readonly statusReason: string | null;
  readonly statusMessage: string | null;
  readonly target: TargetFacts | null;
}

/** A report's second probe, without what it saw. */
export type FalcoFacts = Omit<FalcoSection, 'calls' | 'events'>;
export type FilesFacts = Omit<FilesSection, 'containers'>;

/** What matters of the newest stored report; its recordings are read when they are merged. */
export type ReportFacts =
  | {
      readonly kind: 'armed' | 'snapshot' | 'final';
      readonly arming: 'before-gate' | 'late';
      readonly armedAt: string;
      readonly gateOpenedAt: string | null;
      /** null: of a tracer that knows no second probe. */
      readonly falco: FalcoFacts | null;
      /** null: not asked for. */
      readonly files: FilesFacts | null;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly detail: string };

export type NodeFacts =
  | { readonly kind: 'unassigned' }
  | { readonly kind: 'gone' }
  /** Not known at the moment (the API server didn't answer): decide nothing that needs it. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'present'; readonly uid: string; readonly traceable: boolean };

export interface TracerAttempts {
  /** Tracer pods made for this target by this leader. */
  readonly made: number;
  readonly lastAtMs: number;
  /** The API server's words, when it refused the last one. */
  readonly refused: string | null;
}

export interface PlanSettings {
  /** From the end of the target's last container to a partial profile. */
  readonly flushDeadlineMs: number;
  readonly gateTimeoutMs: number;
  readonly tracersPerNode: number;
  /** What admission puts into pods. */
  readonly gateImage: string;
  /** A second reference to the gate's image; null where none is configured. */
  readonly gateImageMirror: string | null;
  /** Of pods that don't say. */
  readonly probes: ProbeSettings;
}

export interface Facts {
  readonly podUid: string;
  /** null: the API server has no such pod (asked for by name, not only missing from a cache). */
  readonly pod: TargetPod | null;
  readonly trace: TraceFacts | null;
  readonly tracer: TracerFacts | null;
  readonly report: ReportFacts | null;
  readonly node: NodeFacts;
  /** Tracers of other targets on the target's node, those just created included. */
  readonly otherTracersOnNode: number;
  readonly attempts: TracerAttempts;
  /** When this leader first saw, by its own clock, that it ends and has stopped; null where it hasn't. */
  readonly seenStoppedAtMs: number | null;
  /** Nothing can be created in a terminating namespace; in a gone one there is nothing left to hold. */
  readonly namespace: 'active' | 'terminating';
  readonly workload: Workload | null;
  /** Trace objects in the cluster, finished ones included. */
  readonly traces: number;
  /** When the uninstall marker was set; null while Flak stays. */
  readonly uninstallingSinceMs: number | null;
  /** Since when this replica has led with filled caches: what was overdue before is given its time again. */
  readonly leadingSinceMs: number;
  /** The gate image that admission currently avoids, and since when. */
  readonly avoidedGateImage: { readonly image: string; readonly sinceMs: number } | null;
  readonly settings: PlanSettings;
}
