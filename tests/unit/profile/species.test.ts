import assert from 'node:assert/strict';
import fc from 'fast-check';
import { estimateMissing } from '../../../profile/species.ts';

/** `many` calls seen by everybody, then as many as asked for seen once and twice. */
function counts(many: number, samples: number, once: number, twice: number): number[] {
  const rows = [
    [many, samples],
    [once, 1],
    [twice, 2],
  ] as const;
  return rows.flatMap(([length, count]) => Array.from({ length }, () => count));
}

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-6 * Math.max(1, expected), `${actual} is not ${expected}`);
}

describe('the estimate of missing calls', () => {
  it('is Chao2 where calls were seen once and twice', () => {
    // By hand: (9/10) · 6² / (2·4) = 4.05.
    // Variance 4 · (0.45·1.5² + 0.81·1.5³ + 0.2025·1.5⁴) = 19.085625, so the factor is e^(1.96·√ln(1 + 19.085625/4.05²)).
    const { missing, upper95 } = estimateMissing({ samples: 10, counts: counts(20, 10, 6, 4) });
    close(missing, 4.05);
    close(upper95, 4.05 * Math.exp(1.96 * Math.sqrt(Math.log(1 + 19.085625 / 16.4025))));
  });

  it('has its own form where none was seen twice', () => {
    // By hand: (4/5) · 3·2 / 2 = 2.4; variance 2.4 + 0.64·3·25/4 − 0.64·81/(4·25.4).
    const { missing, upper95 } = estimateMissing({ samples: 5, counts: counts(20, 5, 3, 0) });
    close(missing, 2.4);
    close(upper95, 2.4 * Math.exp(1.96 * Math.sqrt(Math.log(1 + (2.4 + 12 - 51.84 / 101.6) / 5.76))));
  });

  it('is 0 where all were seen more than once, but its upper end is not', () => {
    // 50 calls seen by each of 4: P = e^-4.
    const unseen = Math.exp(-4);
    const { missing, upper95 } = estimateMissing({ samples: 4, counts: counts(50, 4, 0, 0) });
    assert.equal(missing, 0);
    close(upper95, (50 * unseen) / (1 - unseen) + 1.96 * Math.sqrt((50 * unseen) / (1 - unseen)));
  });

  it('does not take a single unique call for certainty', () => {
    assert.ok(estimateMissing({ samples: 10, counts: counts(50, 10, 1, 0) }).upper95 > 1);
  });

  it('can say nothing of one sample or of nothing seen', () => {
    const nothing = { missing: Infinity, upper95: Infinity };
    assert.deepEqual(estimateMissing({ samples: 1, counts: [1, 1] }), nothing);
    assert.deepEqual(estimateMissing({ samples: 9, counts: [] }), nothing);
  });

  it('never lies above its own upper end, and is a number', () => {
    const incidence = fc.integer({ min: 2, max: 12 }).chain((samples) =>
      fc.record({
        samples: fc.constant(samples),
        counts: fc.array(fc.integer({ min: 1, max: samples }), { minLength: 1, maxLength: 60 }),
      }),
    );
    fc.assert(
      fc.property(incidence, (given) => {
        const { missing, upper95 } = estimateMissing(given);
        assert.ok(missing >= 0 && upper95 >= missing && Number.isFinite(upper95));
      }),
    );
  });

  it('holds what is really missing, nearly always, where contributors draw from the same calls', () => {
    // 60 calls, of which each contributor makes a random part: the bound must cover the truth in at least 9 of 10 surveys.
    let covered = 0;
    let state = 7;
    const random = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
    for (let survey = 0; survey < 200; survey += 1) {
      const seen = Array.from({ length: 60 }, () => 0);
      const chances = seen.map(() => random() ** 0.5);
      for (let sample = 0; sample < 6; sample += 1)
        chances.forEach((chance, call) => (seen[call] = (seen[call] ?? 0) + (random() < chance ? 1 : 0)));
      const counted = seen.filter((count) => count > 0);
      if (estimateMissing({ samples: 6, counts: counted }).upper95 >= 60 - counted.length) covered += 1;
    }
    assert.ok(covered >= 180, `${covered} of 200`);
  });
});
