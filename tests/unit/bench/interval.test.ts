import assert from 'node:assert/strict';
import { medianOf } from '../../bench/interval.ts';

/** 0, 1, 2 … */
function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, place) => place);
}

describe('the interval of a median', () => {
  it('is that of the binomial tables, for 95 %', () => {
    // Conover's table A3: of 6 values the whole range (96.9 %), of 20 from the 6th to the 15th (95.9 %), of 50 from the 18th to the 33rd.
    assert.deepEqual(medianOf(upTo(6)), { median: 3, low: 0, high: 5 });
    assert.deepEqual(medianOf(upTo(20)), { median: 10, low: 5, high: 14 });
    assert.deepEqual(medianOf(upTo(50)), { median: 25, low: 17, high: 32 });
  });

  it('does not depend on the order of the values', () => {
    assert.deepEqual(medianOf(upTo(20).reverse()), medianOf(upTo(20)));
  });

  it('is refused for fewer than six values', () => {
    assert.throws(() => medianOf(upTo(5)), RangeError);
  });
});
