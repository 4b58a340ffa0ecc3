/** The budgets of the ledger's cost, and how the samples stand to them. */
import type { Samples } from './rounds.ts';
import type { Spread } from './statistics.ts';
import { pairedRatios, spreadOf } from './statistics.ts';

export interface Budget {
  /** What is promised, in words. */
  readonly promise: string;
  readonly measure: string;
  readonly contestant: string;
  readonly floor: string;
  /** Most that the median of the rounds' ratios may be; null: told, not promised. */
  readonly limit: number | null;
}

export interface Verdict extends Budget {
  readonly ratio: Spread;
  /** Minimum over minimum: what is left when no neighbour disturbs. */
  readonly minRatio: number;
  readonly kept: boolean | null;
}

export interface Figure {
  readonly contestant: string;
  readonly measure: string;
  /** ns per call: the spread of the rounds' medians. */
  readonly ns: Spread;
  /** ns per call of the fastest chunk of all. */
  readonly minNs: number;
}

function samplesOf(samples: Samples, contestant: string, measure: string): { medians: number[]; minNs: number } {
  const taken = samples.get(contestant)?.get(measure);
  if (taken === undefined) throw new RangeError(`nobody measured ${measure} of ${contestant}`);
  return { medians: taken.map(({ medianNs }) => medianNs), minNs: Math.min(...taken.map(({ minNs }) => minNs)) };
}

export function figuresOf(samples: Samples): Figure[] {
  return [...samples].flatMap(([contestant, measures]) =>
    [...measures.keys()].map((measure) => {
      const { medians, minNs } = samplesOf(samples, contestant, measure);
      return { contestant, measure, ns: spreadOf(medians), minNs };
    }),
  );
}

export function judge(samples: Samples, budgets: readonly Budget[]): Verdict[] {
  return budgets.map((budget) => {
    const own = samplesOf(samples, budget.contestant, budget.measure);
    const floor = samplesOf(samples, budget.floor, budget.measure);
    const ratio = spreadOf(pairedRatios(own.medians, floor.medians));
    const kept = budget.limit === null ? null : ratio.median <= budget.limit;
    return { ...budget, ratio, minRatio: own.minNs / floor.minNs, kept };
  });
}
