/** Rows of facts and what the plan does about them. */
import { deepEqual, equal } from 'node:assert/strict';
import type { Action } from '../../../../webhook/controller/actions.ts';
import type { Facts } from '../../../../webhook/controller/facts.ts';
import { plan } from '../../../../webhook/controller/plan.ts';
import { action, facts, kinds, NOW } from './facts.ts';

export interface Row {
  readonly title: string;
  readonly given: Partial<Facts>;
  readonly does: readonly Action['kind'][];
  /** Of the action that ends the trace. */
  readonly reason?: string;
  /** Further reasons of the profile. */
  readonly extra?: readonly string[];
  readonly recheckAfterMs?: number;
}

export const unarmed = { report: null, attempts: { made: 0, lastAtMs: 0, refused: null } } as const;
export const deletedAt = (ms: number) => ({ deletionAtMs: ms });
export const refused = { kind: 'refused', refusal: 'no-btf', detail: 'no /sys/kernel/btf/vmlinux' } as const;

export function check(rows: readonly Row[]): void {
  for (const row of rows) {
    it(row.title, () => {
      const decision = plan(facts(row.given), NOW);
      deepEqual(kinds(decision), row.does);
      if (row.reason !== undefined) equal(action(decision, 'finish-untraced')?.reason, row.reason);
      if (row.extra !== undefined) deepEqual(action(decision, 'store-profiles')?.extraReasons, row.extra);
      if (row.recheckAfterMs !== undefined) equal(decision.recheckAfterMs, row.recheckAfterMs);
    });
  }
}
