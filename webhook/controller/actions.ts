/** What the controller can do about a target. perform.ts turns each into requests; every one may be repeated harmlessly. */
import type { PartialReason } from '../../profile/recording.ts';
import type { EventReason } from './event-reasons.ts';
import type { ReleaseReason } from './release-reasons.ts';
import type { GateMedium } from './target-pod.ts';
import type { TraceStatus } from './trace-status.ts';
import type { TraceReason } from './untraced-reasons.ts';

export type Action =
  /** `status`: null where the one that a new Trace has by its schema, `Pending`, will do for the moment. */
  | { readonly kind: 'create-trace'; readonly status: TraceStatus | null }
  /** `patienceMs`: so long the write may wait for further changes. */
  | { readonly kind: 'set-trace-status'; readonly status: TraceStatus; readonly patienceMs: number }
  /** For a pod labelled while it runs; never once its deletion began. */
  | { readonly kind: 'add-finalizer' }
  | { readonly kind: 'create-tracer'; readonly arming: 'before-gate' | 'late'; readonly medium: GateMedium }
  /** `force`: don't wait for the node, which is silent or gone. */
  | { readonly kind: 'delete-tracer'; readonly force: boolean }
  | { readonly kind: 'open-gate' }
  | { readonly kind: 'release-gate'; readonly reason: ReleaseReason }
  | { readonly kind: 'replace-gate-image'; readonly image: string }
  | { readonly kind: 'evict-target' }
  /** Tells admission to put no gate of this image into pods, until it was seen to start. */
  | { readonly kind: 'avoid-gate-image'; readonly image: string }
  | { readonly kind: 'trust-gate-image' }
  /** Merges the stored report into the profiles and completes the Trace. */
  | { readonly kind: 'store-profiles'; readonly extraReasons: readonly PartialReason[]; readonly endedAtMs: number }
  /** Ends the Trace without a profile. */
  | {
      readonly kind: 'finish-untraced';
      readonly reason: TraceReason;
      readonly message: string;
      readonly endedAtMs: number;
    }
  | { readonly kind: 'remove-finalizer' }
  | { readonly kind: 'delete-trace-state' }
  /** A finished one that has been there to be read for long enough. */
  | { readonly kind: 'delete-trace' }
  /** Never fatal, and said once per pod and reason. */
  | { readonly kind: 'record-event'; readonly reason: EventReason; readonly message: string };

/** Actions are done in this order; the first that fails ends the turn, and the target is looked at again. */
export interface Plan {
  readonly actions: readonly Action[];
  /** Look again after so long even if nothing changes; absent where only a change can matter. */
  readonly recheckAfterMs?: number;
}
