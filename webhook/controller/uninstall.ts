/**
 * Uninstalling, however it is done, deletes rights and CRDs before the control plane: the first such DELETE is held until
 * everything that Flak holds is let go, for 25 s at most, and then allowed, as are those that follow. Nothing is ever denied.
 */
import type { Outcome } from '../kube/outcome.ts';

export interface UninstallDeps {
  /** Tells every replica, by the Lease. */
  readonly mark: () => Promise<Outcome<unknown>>;
  /** Since how many milliseconds this replica has known of the marker; null where there is none that counts. */
  readonly markedForMs: () => number | null;
  /** What is still there, as this replica sees it. */
  readonly remaining: () => Remaining;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds of a clock that never goes back. */
  readonly steadyMs: () => number;
  readonly onUninstall: (remaining: Remaining) => void;
}

export interface Remaining {
  /** Pods with Flak's finalizer. */
  readonly heldPods: number;
  /** Pods whose gate still waits and could be released. */
  readonly closedGates: number;
  readonly tracers: number;
}

/** The webhook's own limit is 30 s (manifests/base/validating-webhook-configuration.yaml): an answer must get there. */
const HOLD_MS = 25_000;
const LOOK_EVERY_MS = 200;
/** The marker goes to the leader, and what it does comes back, by watches: before that an empty view means nothing. */
const SETTLE_MS = 1000;
/** A removal is one DELETE after the other: those of the next minute don't begin anew what the first one has begun. */
const SAME_REMOVAL_MS = 60_000;

function isEmpty({ heldPods, closedGates, tracers }: Remaining): boolean {
  return heldPods === 0 && closedGates === 0 && tracers === 0;
}

/** Answers what is still there at the end; the request is allowed in any case. */
export async function letGoOfEverything(deps: UninstallDeps, signal: AbortSignal): Promise<Remaining> {
  const markedForMs = deps.markedForMs();
  const begunMs = markedForMs !== null && markedForMs < SAME_REMOVAL_MS ? markedForMs : null;
  const sinceMs = deps.steadyMs() - (begunMs ?? 0);
  if (begunMs === null) {
    deps.onUninstall(deps.remaining());
    const marked = await deps.mark();
    // Without a marker the leader will not begin; there may be no Lease because nobody ever led.
    if (marked.kind === 'refused' || marked.kind === 'not-found') return deps.remaining();
  }
  const elapsedMs = (): number => deps.steadyMs() - sinceMs;
  if (elapsedMs() < SETTLE_MS) await deps.sleep(SETTLE_MS - elapsedMs(), signal);
  while (!isEmpty(deps.remaining()) && elapsedMs() < HOLD_MS && !signal.aborted) {
    await deps.sleep(LOOK_EVERY_MS, signal);
  }
  return deps.remaining();
}
