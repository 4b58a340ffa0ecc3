import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  accept,
  DIGESTS_KEPT,
  NOTHING_STORED,
  type Acceptance,
  type Arriving,
  type StoredReports,
} from '../../../../webhook/store/accept.ts';

/** What the store holds after a report: the only place where an acceptance changes anything is `store`. */
function after(stored: StoredReports, arriving: Arriving): { stored: StoredReports; verdict: Acceptance } {
  const verdict = accept(stored, arriving);
  if (verdict.kind !== 'store') return { stored, verdict };
  return { stored: { newest: arriving.number, finished: arriving.final, digests: verdict.digests }, verdict };
}

const run = (arrivals: readonly Arriving[]): StoredReports =>
  arrivals.reduce((stored, arriving) => after(stored, arriving).stored, NOTHING_STORED);

/** Reports 1…n of one tracer; the last one may be final. */
const inOrder: fc.Arbitrary<Arriving[]> = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.boolean())
  .map(([count, final]) =>
    Array.from({ length: count }, (_, at) => ({
      number: at + 1,
      digest: `digest of ${at + 1}`,
      final: final && at + 1 === count,
    })),
  );

describe('accepting reports', () => {
  it('ends in the same state however often and in whatever order older reports are sent again', () => {
    fc.assert(
      fc.property(inOrder, fc.array(fc.tuple(fc.nat(), fc.nat())), (reports, retries) => {
        const noisy = [...reports.entries()].flatMap(([at, report]) => {
          const again = retries.filter(([when]) => when % reports.length === at);
          return [report, ...again.map(([, which]) => reports[which % (at + 1)] ?? report)];
        });
        assert.deepEqual(run(noisy), run(reports));
      }),
    );
  });

  it('answers a report sent again with `repeat`, directly and after any later one that is still remembered', () => {
    fc.assert(
      fc.property(inOrder, fc.nat(), (reports, which) => {
        const report = reports[which % reports.length];
        assert.ok(report !== undefined);
        assert.deepEqual(accept(run(reports), report), { kind: 'repeat' });
      }),
    );
  });

  it('never stores a number at or below the newest one', () => {
    const anything = fc.record({ number: fc.integer({ min: 1, max: 30 }), digest: fc.string(), final: fc.boolean() });
    fc.assert(
      fc.property(fc.array(anything), anything, (history, next) => {
        const stored = run(history);
        if (accept(stored, next).kind === 'store') assert.ok(next.number > stored.newest);
        assert.ok(stored.digests.size <= DIGESTS_KEPT);
      }),
    );
  });

  it('lets a successor that begins at 1 again find the number to go on from', () => {
    const stored = run([1, 2, 3].map((number) => ({ number, digest: `first ${number}`, final: false })));
    const verdict = accept(stored, { number: 1, digest: 'second 1', final: false });
    assert.deepEqual(verdict, { kind: 'taken', newest: 3 });
    assert.equal(accept(stored, { number: 4, digest: 'second 1', final: false }).kind, 'store');
  });

  it('takes no snapshot after the final report, but another final one', () => {
    const stored = run([{ number: 1, digest: 'a', final: true }]);
    assert.deepEqual(accept(stored, { number: 2, digest: 'b', final: false }), { kind: 'finished' });
    assert.equal(accept(stored, { number: 2, digest: 'b', final: true }).kind, 'store');
    assert.deepEqual(accept(stored, { number: 1, digest: 'a', final: true }), { kind: 'repeat' });
  });

  it('remembers the digests of the newest reports only', () => {
    const many = Array.from({ length: DIGESTS_KEPT + 2 }, (_, at) => ({
      number: at + 1,
      digest: String(at + 1),
      final: false,
    }));
    assert.deepEqual(
      [...run(many).digests.keys()],
      many.slice(2).map(({ number }) => number),
    );
    assert.deepEqual(accept(run(many), { number: 1, digest: '1', final: false }), {
      kind: 'taken',
      newest: DIGESTS_KEPT + 2,
    });
  });
});
