/** A piece of a plan: what to do now, and when to look again although nothing may change until then. */
import type { Action, Plan } from './actions.ts';

export interface PlanPart {
  readonly actions: readonly Action[];
  /** Points in time, ms since the epoch. */
  readonly recheckAtMs: readonly number[];
}

export const NOTHING: PlanPart = { actions: [], recheckAtMs: [] };

export function act(...actions: readonly Action[]): PlanPart {
  return { actions, recheckAtMs: [] };
}

export function recheckAt(...times: readonly number[]): PlanPart {
  return { actions: [], recheckAtMs: times };
}

export function join(...parts: readonly PlanPart[]): PlanPart {
  return {
    actions: parts.flatMap((part) => part.actions),
    recheckAtMs: parts.flatMap((part) => part.recheckAtMs),
  };
}

/** Never sooner than this: a deadline that is due is acted on, not waited for. */
const SOONEST_RECHECK_MS = 50;

export function toPlan(part: PlanPart, now: number): Plan {
  if (part.recheckAtMs.length === 0) return { actions: part.actions };
  const soonest = Math.min(...part.recheckAtMs) - now;
  return { actions: part.actions, recheckAfterMs: Math.max(SOONEST_RECHECK_MS, soonest) };
}
