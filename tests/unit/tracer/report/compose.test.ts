import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RecordedReport, Report } from '../../../../profile/recording.ts';
import { reportSchema } from '../../../../profile/recording.ts';
import { NO_FALCO } from '../../../../tracer/falco/second-probe.ts';
import { encodeReport, recordedReport, refusedReport, REPORT_BOUNDS } from '../../../../tracer/report/compose.ts';
import { foldRestarts } from '../../../../profile/union-recordings.ts';
import { recordingsOf } from '../../../../tracer/report/recordings.ts';
import type { ContainerReading } from '../../../../tracer/ledger/ledger.ts';
import { container, report } from '../../../arbitraries.ts';

const head = {
  podUid: '3f1f9c1e-5f0e-4b52-9d6c-0123456789ab',
  node: { name: 'n', bootId: 'b', kernel: '6.1', architecture: 'x86_64', cgroups: 'v2' },
} as const;
const recorded = {
  kind: 'snapshot',
  takenAt: new Date(1000),
  arming: 'before-gate',
  armedAt: new Date(0),
  gateOpenedAt: null,
  containers: [],
  reasons: ['late-arming', 'late-arming'],
  notes: [],
  falco: NO_FALCO.section(),
} as const;

describe('a report', () => {
  it('arrives as it was sent', () => {
    fc.assert(
      fc.property(report, (sent) => {
        assert.deepEqual(reportSchema.parse(JSON.parse(encodeReport(sent).toString('utf8'))), sent);
      }),
    );
  });

  it('is put together as the schema wants it, each reason once', () => {
    const made = recordedReport(head, 3, { ...recorded, gateOpenedAt: new Date(5) });
    assert.deepEqual(reportSchema.parse(made), made);
    assert.deepEqual(
      [made.number, made.armedAt, made.gateOpenedAt],
      [3, '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.005Z'],
    );
    assert.deepEqual(made.reasons, ['late-arming']);
  });

  it('of a refusal keeps to the bound whatever libbpf has to say', () => {
    const made = refusedReport(head, 1, { takenAt: new Date(0), refusal: 'no-btf', detail: 'x'.repeat(5000) });
    assert.ok(reportSchema.safeParse(made).success);
  });

  it('of more containers than the wire takes is folded into fewer', () => {
    const many = fc.sample(container(fc.stringMatching(/^[0-9a-f]{64}$/)), { numRuns: 600, seed: 7 });
    const bytes = encodeReport(recordedReport(head, 1, { ...recorded, containers: many }));
    assert.ok(bytes.length <= REPORT_BOUNDS.bytes);
    assert.ok(reportSchema.safeParse(JSON.parse(bytes.toString('utf8'))).success);
  });

  it('of more values than fit says that they are many, and keeps every call', () => {
    const tuples = Array.from({ length: 64 }, (_, value) => [String(2n ** 63n + BigInt(value))]);
    const seen = Array.from({ length: 500 }, (_, nr) => ({ nr, indices: [0], tuples, wide: false }));
    const calls = seen.map(({ nr }) => ({ nr, firstSeenNs: '1' }));
    const few = { nr: 575, indices: [0], tuples: [['1']], wide: false };
    const entries = [{ abi: 'x86_64', origin: 'startup', calls, denied: [], arguments: [...seen, few] } as const];
    const container = { containerId: 'a', name: 'app', kind: 'container', runtime: null, entries } as const;
    const report = { ...recordedReport(head, 1, { ...recorded, containers: [] }), containers: [container] };
    const bytes = encodeReport(report as unknown as Report);
    const sent = reportSchema.parse(JSON.parse(bytes.toString('utf8'))) as RecordedReport;
    assert.ok(bytes.length <= REPORT_BOUNDS.bytes);
    const [entry] = sent.containers[0]?.entries ?? [];
    assert.equal(entry?.calls.length, calls.length);
    assert.deepEqual([entry.arguments[0], entry.arguments.at(-1)], [{ ...seen[0], tuples: [], wide: true }, few]);
  });
});

describe('a report that the second probe has too much to say for', () => {
  const names = Array.from({ length: 576 }, (_, nr) => `call_${nr}_${'x'.repeat(50)}`);
  const calls = Array.from({ length: 64 }, (_, index) => ({ container: `c${index}`, names }));
  const falco = { ...NO_FALCO.section(), state: 'watching' as const, events: 7, calls };
  const files = {
    containers: [{ container: 'app', paths: [{ path: '/etc/hosts', access: ['read' as const] }] }],
    lines: { kept: 1, dropped: 0, uploaded: 1 },
    reasons: [],
  };

  it('keeps all that the ledger saw, values included, and says that the rest had no room', () => {
    const containers = fc.sample(container(fc.stringMatching(/^[0-9a-f]{64}$/)), { numRuns: 2, seed: 7 });
    const made = recordedReport(head, 1, { ...recorded, containers, falco, files });
    const bytes = encodeReport(made);
    const sent = reportSchema.parse(JSON.parse(bytes.toString('utf8'))) as RecordedReport;
    assert.ok(bytes.length <= REPORT_BOUNDS.bytes);
    assert.deepEqual(sent.containers, foldRestarts(containers));
    assert.deepEqual([sent.falco?.calls, sent.falco?.events], [[], 7]);
    assert.match(sent.falco?.detail ?? '', /no room/);
    assert.deepEqual([sent.files?.containers, sent.files?.reasons], [[], ['paths-folded']]);
  });

  it('goes out whole where it fits', () => {
    const made = recordedReport(head, 1, { ...recorded, falco: { ...falco, calls: calls.slice(0, 1) }, files });
    assert.deepEqual(reportSchema.parse(JSON.parse(encodeReport(made).toString('utf8'))), made);
  });
});

describe("the ledger's readings", () => {
  const ID = 'a'.repeat(64);
  const reading = (name: string, over: Partial<ContainerReading> = {}): ContainerReading => ({
    cgroupId: 1n,
    name,
    isPod: false,
    firstSeenNs: 1n,
    startedNs: null,
    entries: [],
    ...over,
  });
  const describeAs = () => ({ name: 'app', kind: 'container', runtime: 'runc' }) as const;

  it('become recordings of containers by the name of the cgroup, oldest first', () => {
    const later = reading(`cri-containerd-${'b'.repeat(64)}.scope`, { firstSeenNs: 2n });
    assert.deepEqual(
      recordingsOf([later, reading(ID)], describeAs).map(({ containerId, name }) => [containerId, name]),
      [
        [ID, 'app'],
        ['b'.repeat(64), 'app'],
      ],
    );
  });

  it('of anything that is no container get no name, and an ID that no container has', () => {
    const strange = [reading('', { isPod: true }), reading(ID, { isPod: true }), reading('session-1.scope')];
    assert.deepEqual(
      recordingsOf(strange, describeAs).map(({ containerId, name, kind }) => [containerId, name, kind]),
      [
        ['cgroup:pod', null, 'unknown'],
        ['cgroup:pod', null, 'unknown'],
        ['cgroup:session-1.scope', null, 'unknown'],
      ],
    );
  });

  it("leave CRI-O's monitor out: it is no part of the target", () => {
    assert.deepEqual(recordingsOf([reading(`crio-conmon-${ID}.scope`)], describeAs), []);
  });
});
