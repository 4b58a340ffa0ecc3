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
  /** Most that the ratio may be; null: told, not promised. */
  readonly limit: number | null;
}

export interface Verdict extends Budget {
  /** Of each round's fastest chunks: a neighbour on the machine can slow a chunk down, never speed it up. Judged by its median. */
  readonly ratio: Spread;
  /** Of each round's medians over its chunks. */
  readonly medianRatio: Spread;
  /** Of the fastest chunks of all rounds. */
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

/** By round. */
interface Series {
  readonly fastest: readonly number[];
  readonly medians: readonly number[];
}

function seriesOf(samples: Samples, contestant: string, measure: string): Series {
  const taken = samples.get(contestant)?.get(measure);
  if (taken === undefined) throw new RangeError(`nobody measured ${measure} of ${contestant}`);
  return { fastest: taken.map(({ minNs }) => minNs), medians: taken.map(({ medianNs }) => medianNs) };
}

export function figuresOf(samples: Samples): Figure[] {
  return [...samples].flatMap(([contestant, measures]) =>
    [...measures.keys()].map((measure) => {
      const { fastest, medians } = seriesOf(samples, contestant, measure);
      return { contestant, measure, ns: spreadOf(medians), minNs: Math.min(...fastest) };
    }),
  );
}

export function judge(samples: Samples, budgets: readonly Budget[]): Verdict[] {
  return budgets.map((budget) => {
    const own = seriesOf(samples, budget.contestant, budget.measure);
    const floor = seriesOf(samples, budget.floor, budget.measure);
    const ratio = spreadOf(pairedRatios(own.fastest, floor.fastest));
    return {
      ...budget,
      ratio,
      medianRatio: spreadOf(pairedRatios(own.medians, floor.medians)),
      minRatio: Math.min(...own.fastest) / Math.min(...floor.fastest),
      kept: budget.limit === null ? null : ratio.median <= budget.limit,
    };
  });
}
