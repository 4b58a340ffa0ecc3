/**
 * Keeps the writes per target few. What a Trace's status says for people waits a moment for more of it: a target that is armed,
 * started and pulled within a second is three changes, and one write. And what was written is not written again while a watch has yet to
 * show it. Remembered by the leader alone; its successor begins anew.
 */
import type { Action, Plan } from './actions.ts';
import type { Facts } from './facts.ts';
import { sameStatus } from './plan-status.ts';
import type { TraceStatus } from './trace-status.ts';

export interface Thrift {
  /** Leaves out what may wait, or what is on its way back to us, and looks again when its time is over. */
  readonly holdBack: (facts: Facts, plan: Plan) => Plan;
  readonly done: (facts: Facts, action: Action) => void;
  readonly forget: (podUid: string) => void;
}

/** A watch shows a write within milliseconds, or stands still, and then nobody knows for how long. */
const SHOWN_MS = 5000;

/** @param now ms since the epoch */
export function createThrift(now: () => number): Thrift {
  const waiting = new Map<string, { readonly phase: string; readonly sinceMs: number }>();
  const written = new Map<string, Map<string, number>>();
  /** The newest alone: one that was written since has to be written over. */
  const statuses = new Map<string, { readonly status: TraceStatus; readonly atMs: number }>();

  /** Counts from the first time a status of that phase is asked for. */
  function patienceLeft(podUid: string, { status, patienceMs }: Extract<Action, { kind: 'set-trace-status' }>): number {
    const known = waiting.get(podUid);
    const sinceMs = known?.phase === status.phase ? known.sinceMs : now();
    waiting.set(podUid, { phase: status.phase, sinceMs });
    return sinceMs + patienceMs - now();
  }

  function leftMs(facts: Facts, action: Action): number {
    if (action.kind === 'set-trace-status') {
      const last = statuses.get(facts.podUid);
      const isOnItsWay = last !== undefined && sameStatus(last.status, action.status);
      return Math.max(patienceLeft(facts.podUid, action), isOnItsWay ? last.atMs + SHOWN_MS - now() : 0);
    }
    const atMs = written.get(facts.podUid)?.get(keyOf(facts, action) ?? '');
    return atMs === undefined ? 0 : atMs + SHOWN_MS - now();
  }

  return {
    holdBack: (facts, plan) => {
      if (!plan.actions.some(({ kind }) => kind === 'set-trace-status')) waiting.delete(facts.podUid);
      const left = plan.actions.map((action) => leftMs(facts, action));
      const soonest = Math.min(...left.filter((ms) => ms > 0), plan.recheckAfterMs ?? Infinity);
      const actions = plan.actions.filter((_action, index) => (left[index] ?? 0) <= 0);
      return soonest === Infinity ? { actions } : { actions, recheckAfterMs: soonest };
    },
    done: (facts, action) => {
      const status = action.kind === 'set-trace-status' || action.kind === 'create-trace' ? action.status : null;
      if (status !== null) statuses.set(facts.podUid, { status, atMs: now() });
      // What it said before its end is never said again, and its pod may stay for long.
      if (action.kind === 'store-profiles' || action.kind === 'finish-untraced') statuses.delete(facts.podUid);
      const key = keyOf(facts, action);
      if (key === undefined) return;
      const own = written.get(facts.podUid) ?? new Map<string, number>();
      written.set(facts.podUid, own.set(key, now()));
    },
    forget: (podUid) => {
      waiting.delete(podUid);
      written.delete(podUid);
      statuses.delete(podUid);
    },
  };
}

const ONCE: ReadonlySet<Action['kind']> = new Set([
  'create-trace',
  'store-profiles',
  'finish-untraced',
  'delete-trace-state',
]);

/** What is asked for again for as long as nothing shows that it was done; undefined for all else. */
function keyOf({ tracer }: Facts, action: Action): string | undefined {
  if (ONCE.has(action.kind)) return action.kind;
  return action.kind === 'delete-tracer' && !action.force ? `${action.kind} ${tracer?.uid ?? ''}` : undefined;
}
