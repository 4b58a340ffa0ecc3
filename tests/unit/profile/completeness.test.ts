import assert from 'node:assert/strict';
import { completenessOf, describeCompleteness, joinCompleteness } from '../../../profile/completeness.ts';
import type { Contributor } from '../../../profile/syscall-profile.ts';

const contributor: Contributor = {
  traceUid: 'u1',
  pod: 'web-1',
  node: 'n1',
  kernel: '6.1.0',
  architecture: 'x86_64',
  runtime: 'runc',
  armedAt: '2025-01-01T00:00:00Z',
  endedAt: '2025-01-01T00:01:00Z',
  completeness: completenessOf([], []),
};

describe('completeness', () => {
  it('is partial for any reason, and for no note', () => {
    assert.equal(completenessOf(['io-uring'], []).level, 'partial');
    assert.equal(completenessOf([], ['tracer-restarted', 'masked-by-filter']).level, 'observed');
  });

  it('says each reason once, in the order of the table', () => {
    assert.deepEqual(completenessOf(['io-uring', 'late-arming', 'io-uring'], []).reasons, ['late-arming', 'io-uring']);
  });

  it('of a whole and a partial contributor is partial', () => {
    const joined = joinCompleteness(completenessOf([], ['abi-union']), completenessOf(['tracer-lost'], []));
    assert.deepEqual(joined, { level: 'partial', reasons: ['tracer-lost'], notes: ['abi-union'] });
  });

  it('reads as one line', () => {
    const line = (reasons: Parameters<typeof completenessOf>[0], count: number, dropped: number): string =>
      describeCompleteness({
        completeness: completenessOf(reasons, dropped > 0 ? ['masked-by-filter'] : []),
        contributors: Array.from({ length: count }, () => contributor),
        contributorsDropped: dropped,
      });
    assert.equal(line([], 3, 0), 'observed: armed before the first instruction, 0 lost, 3 contributors');
    assert.equal(line(['io-uring', 'late-arming'], 1, 0), 'partial(late-arming, io-uring): 1 contributor');
    assert.equal(
      line([], 100, 7),
      'observed: armed before the first instruction, 0 lost, 107 contributors [masked-by-filter]',
    );
  });
});
