import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pairedRatios, shuffled, spreadOf } from '../../../bench/ledger/statistics.ts';

describe('statistics of the ledger bench', () => {
  it('finds the ratio although the machine’s speed changes from round to round', () => {
    const speeds = [1, 3, 1.2, 8, 0.7];
    const ratios = pairedRatios(
      speeds.map((speed) => 110 * speed),
      speeds.map((speed) => 100 * speed),
    );
    for (const ratio of ratios) assert.ok(Math.abs(ratio - 1.1) < 1e-9);
  });

  it('refuses values without a partner', () => {
    assert.throws(() => pairedRatios([1, 2], [1]), RangeError);
  });

  it('is not moved by one wild round', () => {
    const { median, p25, p75 } = spreadOf([1, 1, 1, 1, 1000]);
    assert.deepEqual({ median, p25, p75 }, { median: 1, p25: 1, p75: 1 });
  });

  it('names the quartiles in order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1 }), (values) => {
        const { median, p25, p75 } = spreadOf(values);
        assert.ok(p25 <= median && median <= p75);
      }),
    );
  });

  it('shuffles: everybody once, in the order of the drawn numbers', () => {
    const drawn = [0.9, 0.1, 0.5];
    assert.deepEqual(
      shuffled(['a', 'b', 'c'], () => drawn.shift() ?? 0),
      ['b', 'c', 'a'],
    );
  });
});
