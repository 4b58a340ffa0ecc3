import assert from 'node:assert/strict';
import {
  assess,
  completenessOf,
  describeCompleteness,
  describeReasons,
  joinCompleteness,
  stabilityOf,
  wantsForStable,
} from '../../../profile/completeness.ts';
import type { Evidence } from '../../../profile/completeness.ts';
import type { Contributor, ProfiledCall } from '../../../profile/syscall-profile.ts';
import { completenessSchema } from '../../../profile/syscall-profile.ts';

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

  it('names what Falco alone saw, each call once and by name, and says when there are more than it names', () => {
    const joined = joinCompleteness(
      completenessOf(['falco-disagrees'], [], ['setns', 'mount']),
      completenessOf(['io-uring', 'falco-disagrees'], [], ['bpf', 'mount']),
    );
    assert.deepEqual(describeReasons(joined), ['io-uring', 'falco-disagrees(bpf, mount, setns)']);
    const many = Array.from({ length: 40 }, (_, index) => `call${index + 10}`);
    const [text = ''] = describeReasons(completenessOf(['falco-disagrees'], [], many.toReversed()));
    assert.match(text, /^falco-disagrees\(call10, .*, call25, …\)$/);
    assert.ok(completenessSchema.safeParse(completenessOf(['falco-disagrees'], [], many)).success);
    const one = { completeness: joined, contributors: [contributor], contributorsDropped: 0 };
    assert.equal(describeCompleteness(one), 'partial(io-uring, falco-disagrees(bpf, mount, setns)): 1 contributor');
  });

  it('names no calls without that reason', () => {
    assert.equal(completenessOf(['io-uring'], [], ['mount']).disagreements, undefined);
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

describe('a stable profile', () => {
  const at = (minute: number): string => new Date(Date.UTC(2025, 0, 1, 0, minute)).toISOString();
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

  /** Traces of ten minutes each, one after the other, that all made the same fifty calls in the first minute. */
  function evidence(
    traces: number,
    change: (call: ProfiledCall, index: number) => ProfiledCall = (call) => call,
  ): Evidence {
    const calls = Array.from({ length: 50 }, (_, index) =>
      change(
        { abi: 'x86_64', name: `c${index}`, origins: ['serving'], firstSeenAt: at(1), seenBy: ids.slice(0, traces) },
        index,
      ),
    );
    const contributors = Array.from({ length: traces }, (_, index) => ({
      ...contributor,
      traceUid: ids[index] ?? '',
      armedAt: at(index * 10),
      endedAt: at(index * 10 + 10),
    }));
    return { calls, contributors, contributorsDropped: 0 };
  }
  const levelOf = (from: Evidence): string => assess(completenessOf([], []), from).level;

  it('takes several traces that agree: six are enough for fifty calls, five are not', () => {
    assert.deepEqual(
      [1, 3, 5, 6, 8].map((traces) => levelOf(evidence(traces))),
      ['observed', 'observed', 'observed', 'stable', 'stable'],
    );
  });

  it('takes three contributors however few calls there are', () => {
    const one = (traces: number): Evidence => ({ ...evidence(traces), calls: evidence(8).calls.slice(0, 1) });
    assert.equal(stabilityOf(one(2)).missing95 < 1, true);
    assert.deepEqual([levelOf(one(2)), levelOf(one(3))], ['observed', 'stable']);
  });

  it('is not one where a single trace showed a call', () => {
    const rare = evidence(8, (call, index) => (index === 7 ? { ...call, seenBy: ['a'] } : call));
    assert.equal(levelOf(rare), 'observed');
    assert.ok(stabilityOf(rare).missing95 > 1);
  });

  it('is not one where a call was new in the last half of the recorded time', () => {
    const newAt = (minute: number): Evidence =>
      evidence(8, (call, index) => (index === 7 ? { ...call, firstSeenAt: at(minute) } : call));
    assert.deepEqual(
      [40, 41].map((minute) => levelOf(newAt(minute))),
      ['stable', 'observed'],
    );
    assert.equal(stabilityOf(newAt(60)).quietShare, 0.25);
  });

  it('counts recorded time of replicas that ran at once, not the time between', () => {
    const together = evidence(8);
    const contributors = together.contributors.map((each) => ({ ...each, armedAt: at(0), endedAt: at(10) }));
    assert.equal(stabilityOf({ ...together, contributors }).quietShare, 0.9);
  });

  it('claims nothing of what it has no sights of, and nothing of an empty recording', () => {
    const bare = { abi: 'x86_64', name: 'x' } as const;
    const with7 = (call: ProfiledCall): Evidence => evidence(8, (known, index) => (index === 7 ? call : known));
    const unseen = with7({ ...bare, origins: ['serving'], firstSeenAt: at(1) });
    const undated = with7({ ...bare, origins: ['serving'], seenBy: ids });
    assert.deepEqual([levelOf(unseen), levelOf(undated)], ['observed', 'observed']);
    assert.equal(levelOf({ ...evidence(8), calls: [] }), 'observed');
  });

  it('says what it takes', () => {
    assert.deepEqual(wantsForStable(stabilityOf(evidence(8))), []);
    assert.deepEqual(wantsForStable(stabilityOf(evidence(5))), [
      'contributors that agree (up to 1.5 may be missing, 95 %)',
    ]);
    assert.deepEqual(wantsForStable({ contributors: 1, missing95: Infinity, quietShare: 0.2 }), [
      '2 more contributors',
      'contributors that agree (nothing to estimate from, 95 %)',
      'time in which nothing new is seen',
    ]);
    assert.deepEqual(wantsForStable({ contributors: 2, missing95: 0, quietShare: 1 }), ['1 more contributor']);
  });

  it('leaves out calls that the workload did not make', () => {
    const foreign = evidence(8, (call, index) =>
      index === 7 ? { abi: 'x86_64', name: 'x', origins: ['exec:foreign'] } : call,
    );
    assert.equal(levelOf(foreign), 'stable');
  });

  it('stays partial where anything was missed, and is verified by replay alone', () => {
    assert.equal(assess(completenessOf(['tracer-lost'], []), evidence(8)).level, 'partial');
    assert.equal(assess({ level: 'verified', reasons: [], notes: [] }, evidence(1)).level, 'observed');
  });

  it('is called so in its one line', () => {
    const { contributors } = evidence(8);
    const line = describeCompleteness({
      completeness: assess(completenessOf([], []), evidence(8)),
      contributors,
      contributorsDropped: 0,
    });
    assert.equal(line, 'stable: armed before the first instruction, 0 lost, 8 contributors');
  });
});
