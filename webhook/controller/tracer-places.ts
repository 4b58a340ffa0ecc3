/**
 * What the leader remembers of targets and of the tracers it made: those on their way count for the cap before the cache
 * shows them, failed ones are followed by a pause, and a target that stopped is given its time from when that was seen.
 * A new leader starts with a clean sheet, which costs a few attempts more.
 */
import { describeFailure } from '../kube/outcome.ts';
import type { Outcome } from '../kube/outcome.ts';
import type { TracerAttempts } from './facts.ts';

export interface TracerPlaces {
  /** When it was first told of this target that it has stopped, ms since the epoch; null, and forgotten, where it hasn't. */
  readonly seenStopped: (podUid: string, stopped: boolean) => number | null;
  readonly attempts: (podUid: string) => TracerAttempts;
  /** Tracers on the node but this target's, those on their way included. */
  readonly othersOnNode: (nodeName: string | null, podUid: string) => number;
  /** Takes a place on the node, before the tracer is asked for. */
  readonly reserve: (podUid: string, nodeName: string, nowMs: number) => void;
  /** How asking for it went. */
  readonly settle: (podUid: string, outcome: Outcome<unknown>, nowMs: number) => void;
  /** The cache shows it: from now on it counts as long as the cache does. */
  readonly arrived: (podUid: string) => void;
  readonly forget: (podUid: string) => void;
}

/** UIDs of the targets whose tracers the cache shows on a node. */
export type TracedOnNode = (nodeName: string) => ReadonlySet<string>;

const NO_ATTEMPT: TracerAttempts = { made: 0, lastAtMs: 0, refused: null };
/** A place that was taken is counted so long even if the cache never shows the tracer (it may have come and gone). */
const RESERVED_MS = 30_000;

interface Reservation {
  readonly nodeName: string;
  readonly untilMs: number;
}

export function createTracerPlaces(tracedOnNode: TracedOnNode, now: () => number): TracerPlaces {
  const attempts = new Map<string, TracerAttempts>();
  const stops = new Map<string, number>();
  const reserved = new Map<string, Reservation>();
  const byNode = new Map<string, Set<string>>();
  const free = (podUid: string): void => {
    const reservation = reserved.get(podUid);
    if (reservation === undefined) return;
    reserved.delete(podUid);
    const onNode = byNode.get(reservation.nodeName);
    onNode?.delete(podUid);
    if (onNode?.size === 0) byNode.delete(reservation.nodeName);
  };
  return {
    seenStopped: (podUid, stopped) => {
      if (!stopped) stops.delete(podUid);
      else if (!stops.has(podUid)) stops.set(podUid, now());
      return stops.get(podUid) ?? null;
    },
    attempts: (podUid) => attempts.get(podUid) ?? NO_ATTEMPT,
    othersOnNode: (nodeName, podUid) => {
      if (nodeName === null) return 0;
      for (const uid of byNode.get(nodeName) ?? []) if ((reserved.get(uid)?.untilMs ?? 0) < now()) free(uid);
      const all = new Set([...tracedOnNode(nodeName), ...(byNode.get(nodeName) ?? [])]);
      all.delete(podUid);
      return all.size;
    },
    reserve: (podUid, nodeName, nowMs) => {
      free(podUid);
      reserved.set(podUid, { nodeName, untilMs: nowMs + RESERVED_MS });
      byNode.set(nodeName, (byNode.get(nodeName) ?? new Set()).add(podUid));
    },
    settle: (podUid, outcome, nowMs) => {
      if (outcome.kind !== 'ok') free(podUid);
      // Neither a pod nor a refusal: nothing was tried.
      if (outcome.kind !== 'ok' && outcome.kind !== 'refused') return;
      const made = (attempts.get(podUid)?.made ?? 0) + 1;
      const refused = outcome.kind === 'refused' ? describeFailure(outcome) : null;
      attempts.set(podUid, { made, lastAtMs: nowMs, refused });
    },
    arrived: free,
    forget: (podUid) => {
      free(podUid);
      attempts.delete(podUid);
      stops.delete(podUid);
    },
  };
}
