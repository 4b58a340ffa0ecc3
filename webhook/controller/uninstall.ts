/**
 * Uninstalling, however it is done, deletes rights and CRDs before the control plane: the first such DELETE is held until
 * everything that Flak holds is let go, for 25 s at most, and then allowed, as are those that follow. Nothing is ever denied.
 */
import type { Outcome } from '../kube/outcome.ts';
import { judgeReview, ownObject } from './own-object.ts';
import type { Deleted, Genuineness, OwnObject } from './own-object.ts';

export interface UninstallDeps {
  /** The UID of that object, asked of the API server; answers within a few seconds. */
  readonly findUid: (object: OwnObject) => Promise<Outcome<string>>;
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
  /** Told of each review that was not taken for the begin of a removal. */
  readonly onIgnored: (deleted: Deleted, why: Exclude<Genuineness, 'genuine'>) => void;
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
/** Between two questions to an API server that can't say now. */
const ASK_EVERY_MS = 1000;

function isEmpty({ heldPods, closedGates, tracers }: Remaining): boolean {
  return heldPods === 0 && closedGates === 0 && tracers === 0;
}

async function judge(
  deps: UninstallDeps,
  deleted: Deleted,
  untilMs: number,
  signal: AbortSignal,
): Promise<Genuineness> {
  const object = ownObject(deleted);
  if (object === null) return 'forged';
  for (;;) {
    const judged = judgeReview(deleted, await deps.findUid(object));
    if (judged !== 'unknown' || signal.aborted || deps.steadyMs() + ASK_EVERY_MS >= untilMs) return judged;
    await deps.sleep(ASK_EVERY_MS, signal);
  }
}

/** Answers what is still there at the end, null where nothing was asked to go; the request is allowed in any case. */
export async function letGoOfEverything(
  deps: UninstallDeps,
  deleted: Deleted,
  signal: AbortSignal,
): Promise<Remaining | null> {
  const markedForMs = deps.markedForMs();
  const begunMs = markedForMs !== null && markedForMs < SAME_REMOVAL_MS ? markedForMs : null;
  let markedAtMs = deps.steadyMs() - (begunMs ?? 0);
  const untilMs = markedAtMs + HOLD_MS;
  if (begunMs === null) {
    const judged = await judge(deps, deleted, untilMs, signal);
    if (judged !== 'genuine') {
      deps.onIgnored(deleted, judged);
      return null;
    }
    deps.onUninstall(deps.remaining());
    const marked = await deps.mark();
    // Without a marker the leader will not begin; there may be no Lease because nobody ever led.
    if (marked.kind === 'refused' || marked.kind === 'not-found') return deps.remaining();
    markedAtMs = deps.steadyMs();
  }
  const settledAtMs = Math.min(markedAtMs + SETTLE_MS, untilMs);
  if (deps.steadyMs() < settledAtMs) await deps.sleep(settledAtMs - deps.steadyMs(), signal);
  while (!isEmpty(deps.remaining()) && deps.steadyMs() < untilMs && !signal.aborted) {
    await deps.sleep(LOOK_EVERY_MS, signal);
  }
  return deps.remaining();
}
