/** What the report API needs to see of the cluster's pods. Implemented over the replica's pod cache. */
import type { Outcome } from '../kube/outcome.ts';
import type { Target } from './order.ts';

export interface TracerPod {
  readonly uid: string;
  /** Label `flak.dev/target-uid`. */
  readonly targetUid: string;
}

export interface PodView {
  /** False until the cache has been filled once: until then a missing pod means nothing. */
  synced(): boolean;
  /** As far as the cache knows. Undefined: gone, or nobody wants its trace any more, or the cache is late. */
  target(podUid: string): Target | undefined;
  /**
   * The same, asked of the API server. Target and tracer come from different watches, of which one may stand still while the other goes on;
   * a tracer that is told to leave gives up what it recorded, so no cache is believed that says so.
   */
  lookUp(podUid: string): Promise<Outcome<Target | undefined>>;
  /**
   * The trace takes reports: its target is there, or its Trace has not been finished (somebody took the labels or the
   * finalizer away, and what was recorded is still to come).
   */
  isOpen(podUid: string): boolean;
  /** A pod of Flak's own namespace labelled as tracer that has not ended; undefined for any other name. */
  tracer(podName: string): TracerPod | undefined;
  /** The uninstall marker is valid. */
  uninstalling(): boolean;
  /**
   * Calls `listener` after each change of that target, or of the uninstall marker.
   * @returns ends the subscription
   */
  onChange(podUid: string, listener: () => void): () => void;
}
