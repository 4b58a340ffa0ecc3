import assert from 'node:assert/strict';
import { compareInstants, earlierOf, laterOf } from '../../../profile/instants.ts';

describe('instants', () => {
  it('are compared as times, not as strings', () => {
    assert.ok(compareInstants('2025-01-01T00:00:05Z', '2025-01-01T00:00:05.5Z') < 0);
    assert.equal(earlierOf('2025-01-01T00:00:05Z', '2025-01-01T00:00:05.5Z'), '2025-01-01T00:00:05Z');
    assert.equal(laterOf('2025-01-01T00:00:05Z', '2025-01-01T00:00:05.5Z'), '2025-01-01T00:00:05.5Z');
  });

  it('spelt differently have one order, whoever is asked first', () => {
    const [a, b] = ['2025-01-01T00:00:05.5Z', '2025-01-01T00:00:05.50Z'];
    assert.equal(laterOf(a, b), laterOf(b, a));
    assert.equal(earlierOf(a, b), earlierOf(b, a));
    assert.equal(compareInstants(a, a), 0);
  });
});
