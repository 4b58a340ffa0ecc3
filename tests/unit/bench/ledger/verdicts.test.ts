import assert from 'node:assert/strict';
import type { Samples } from '../../../bench/ledger/rounds.ts';
import { lineOf, tableOf } from '../../../bench/ledger/table.ts';
import type { Budget } from '../../../bench/ledger/verdicts.ts';
import { figuresOf, judge } from '../../../bench/ledger/verdicts.ts';

const BUDGET: Budget = { promise: 'a call', measure: 'm', contestant: 'ledger', floor: 'floor', limit: 1.1 };

function samples(ledger: readonly number[], floor: readonly number[]): Samples {
  const of = (values: readonly number[]): Map<string, { minNs: number; medianNs: number }[]> =>
    new Map([['m', values.map((medianNs) => ({ medianNs, minNs: medianNs - 10 }))]]);
  return new Map([
    ['floor', of(floor)],
    ['ledger', of(ledger)],
  ]);
}

describe('verdicts of the ledger bench', () => {
  it('keeps a budget at its limit and breaks it above', () => {
    assert.equal(judge(samples([120], [110]), [BUDGET])[0]?.kept, true);
    assert.equal(judge(samples([121], [110]), [BUDGET])[0]?.kept, false);
  });

  it('judges by the fastest chunks of each round, and tells medians and minima beside it', () => {
    const [verdict] = judge(samples([115, 220, 910], [110, 210, 110]), [BUDGET]);
    assert.equal(verdict?.ratio.median, 1.05);
    assert.equal(verdict.medianRatio.median, 220 / 210);
    assert.equal(verdict.minRatio, 1.05);
    assert.equal(
      lineOf(verdict),
      "✓ a call: 1.050× (1.050–9.000), asked ≤ 1.10×; rounds' medians 1.048× (1.045–8.273), minima 1.050×",
    );
  });

  it('passes no verdict where nothing is promised', () => {
    const [verdict] = judge(samples([300], [100]), [{ ...BUDGET, limit: null }]);
    assert.equal(verdict?.kept, null);
    assert.match(lineOf(verdict), /^ {2}a call: 3\.222× \(3\.222–3\.222\); rounds' medians 3\.000×/);
  });

  it('says when a budget speaks of something nobody measured', () => {
    assert.throws(() => judge(samples([1], [1]), [{ ...BUDGET, measure: 'other' }]), /nobody measured other of ledger/);
  });

  it('prints a row for everybody who was attached', () => {
    const [head = '', floor = '', ledger = ''] = tableOf(figuresOf(samples([120, 130], [100, 110])));
    assert.match(head, /^ns per call +m$/);
    assert.match(floor, /^floor +90; 110 \(100–110\)$/);
    assert.match(ledger, /^ledger +110; 130 \(120–130\)$/);
  });
});
