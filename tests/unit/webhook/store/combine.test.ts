import assert from 'node:assert/strict';
import fc from 'fast-check';
import { reportSchema, type RecordedReport, type Report } from '../../../../profile/recording.ts';
import { combine } from '../../../../webhook/store/combine.ts';
import { recordedReport, report } from '../../../arbitraries.ts';

function callsOf(of: Report): Set<string> {
  if (of.kind === 'refused') return new Set();
  return new Set(
    of.containers.flatMap(({ containerId, entries }) =>
      entries.flatMap(({ abi, origin, calls }) => calls.map(({ nr }) => [containerId, abi, origin, nr].join('/'))),
    ),
  );
}

describe('combining a report with what is stored', () => {
  it('never loses a call, a reason or a note that an earlier report carried', () => {
    fc.assert(
      fc.property(recordedReport, report, (stored, next) => {
        const combined = combine(stored, next);
        assert.ok(callsOf(combined).isSupersetOf(callsOf(stored).union(callsOf(next))));
        assert.ok(combined.kind !== 'refused');
        assert.ok(new Set(combined.reasons).isSupersetOf(new Set(stored.reasons)));
        assert.ok(new Set(combined.notes).isSupersetOf(new Set(stored.notes)));
        assert.equal(combined.number, next.number);
      }),
    );
  });

  it('changes nothing when the same report is combined again', () => {
    fc.assert(
      fc.property(report, report, (stored, next) => {
        const once = combine(stored, next);
        assert.deepEqual(combine(once, once), once);
      }),
    );
  });

  it('stays within the wire format', () => {
    fc.assert(
      fc.property(fc.array(report, { minLength: 1, maxLength: 5 }), (reports) => {
        const combined = reports.reduce<Report | undefined>((stored, next) => combine(stored, next), undefined);
        assert.ok(reportSchema.safeParse(combined).success);
      }),
    );
  });

  const some = (over: Partial<RecordedReport>): RecordedReport => ({
    version: 1,
    number: 1,
    podUid: '3f1f9c1e-5f0e-4b52-9d6c-000000000001',
    takenAt: '2026-01-01T00:00:10.000Z',
    node: { name: 'n', bootId: 'b1', kernel: '6.1', architecture: 'x86_64', cgroups: 'v2' },
    kind: 'snapshot',
    arming: 'before-gate',
    armedAt: '2026-01-01T00:00:00.000Z',
    gateOpenedAt: '2026-01-01T00:00:01.000Z',
    containers: [],
    reasons: [],
    notes: [],
    ...over,
  });

  it('says that the node rebooted when the boot differs, and keeps what was seen before', () => {
    const before = some({
      containers: [{ containerId: 'a', name: 'app', kind: 'container', runtime: 'runc', entries: [] }],
    });
    const later = some({ number: 2, node: { ...before.node, bootId: 'b2' }, armedAt: '2026-01-01T01:00:00.000Z' });
    const combined = combine(before, later);
    assert.ok(combined.kind !== 'refused');
    assert.deepEqual(combined.reasons, ['node-rebooted']);
    assert.deepEqual(combined.containers, before.containers);
    assert.equal(combined.armedAt, before.armedAt);
  });

  it('keeps the name that a predecessor still found', () => {
    const entries: [] = [];
    const knew = some({
      containers: [{ containerId: 'a', name: 'app', kind: 'container', runtime: 'runc', entries }],
    });
    const knowsNot = some({
      number: 2,
      containers: [{ containerId: 'a', name: null, kind: 'unknown', runtime: null, entries }],
    });
    const combined = combine(knew, knowsNot);
    assert.ok(combined.kind !== 'refused');
    assert.deepEqual(combined.containers, knew.containers);
  });

  it('keeps a recording when a successor is refused, and says that something may be missing', () => {
    const { version, podUid, takenAt, node } = some({});
    const refused: Report = {
      version,
      podUid,
      takenAt,
      node,
      number: 2,
      kind: 'refused',
      refusal: 'memlock',
      detail: '',
    };
    assert.deepEqual(combine(some({}), refused), some({ number: 2, reasons: ['tracer-lost'] }));
    assert.deepEqual(combine(refused, some({ number: 3 })), some({ number: 3 }));
  });
});
