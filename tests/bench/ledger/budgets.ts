/** What the ledger may cost. A program that does nothing is the floor of every recorder that sees each call. */
import type { Budget } from './verdicts.ts';

export const NOTHING = 'nothing';
export const ENTER = 'empty sys_enter';
export const FLOOR = 'empty sys_enter + sys_exit';
export const COUNTER = 'counter in a hash';
export const TARGETS = [1, 5, 20, 100] as const;

export function ledgerOf(targets: number): string {
  return `ledger, ${targets} ${targets === 1 ? 'target' : 'targets'}`;
}

export const MEASURES = {
  untraced: 'untraced',
  traced: 'traced',
  watched: 'traced, fcntl',
  untracedFiltered: 'untraced, filter',
  tracedFiltered: 'traced, filter',
  tracedDenied: 'traced, denied',
  turns: '100 containers in turns',
} as const;

const LEDGER = ledgerOf(1);

/** The ledger is attached to both tracepoints, and always tells origins apart. */
export const BUDGETS: readonly Budget[] = [
  { promise: 'an untraced process', measure: MEASURES.untraced, contestant: LEDGER, floor: FLOOR, limit: 1.1 },
  { promise: 'a traced one, with origins', measure: MEASURES.traced, contestant: LEDGER, floor: FLOOR, limit: 1.25 },
  {
    promise: 'its call with watched arguments',
    measure: MEASURES.watched,
    contestant: LEDGER,
    floor: FLOOR,
    limit: 1.5,
  },
  {
    promise: 'an untraced process under a seccomp filter',
    measure: MEASURES.untracedFiltered,
    contestant: LEDGER,
    floor: FLOOR,
    limit: null,
  },
  {
    promise: 'a traced one under a seccomp filter',
    measure: MEASURES.tracedFiltered,
    contestant: LEDGER,
    floor: FLOOR,
    limit: null,
  },
  {
    promise: 'a traced call that a seccomp filter denies',
    measure: MEASURES.tracedDenied,
    contestant: LEDGER,
    floor: FLOOR,
    limit: null,
  },
  ...[MEASURES.untraced, MEASURES.traced].map((measure) => ({
    promise: `100 targets over one, ${measure}`,
    measure,
    contestant: ledgerOf(100),
    floor: LEDGER,
    limit: 1.05,
  })),
  {
    promise: '100 containers in turns on one CPU, 20 calls each',
    measure: MEASURES.turns,
    contestant: ledgerOf(100),
    floor: FLOOR,
    limit: null,
  },
  { promise: 'the counter, traced', measure: MEASURES.traced, contestant: COUNTER, floor: ENTER, limit: null },
];
