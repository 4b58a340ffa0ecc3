/** Where the newest report of each open trace is kept. Implemented by webhook/kube/trace-state.ts as a ConfigMap. */
import type { Report } from '../../profile/recording.ts';
import type { Outcome } from '../kube/outcome.ts';

export interface StoredTrace {
  /** To be given back on replacing; a write with an outdated one ends in `conflict`. */
  readonly version: string;
  readonly report: Report;
  readonly digests: ReadonlyMap<number, string>;
}

export interface TraceState {
  /** `not-found` before the first report. */
  read(podUid: string): Promise<Outcome<StoredTrace>>;
  /** `already-exists` when another replica was first: read again. */
  create(podUid: string, content: Omit<StoredTrace, 'version'>): Promise<Outcome<void>>;
  replace(podUid: string, next: StoredTrace): Promise<Outcome<void>>;
}
