import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EndedTarget } from '../../../profile/contribution.ts';
import { contributionsOf, GATE_CONTAINER } from '../../../profile/contribution.ts';
import type { ContainerRecording, RecordedReport, RecordingEntry } from '../../../profile/recording.ts';
import { recordedReport } from './reports.ts';
import { GATE } from '../../../webhook/names.ts';
import { entry } from './arbitrary.ts';

const READ = 0;
const CLONE3 = 435;
const IO_URING_SETUP = 425;

const target: EndedTarget = {
  podUid: '3c1f6a52-7d0b-4a52-9b5e-2f6c1f0f9a11',
  podName: 'web-1',
  containers: [
    { name: 'init', image: 'init:1', imageDigest: 'init@sha256:1', containerIds: ['containerd://c0'] },
    { name: 'app', image: 'web:1', imageDigest: 'web@sha256:1', containerIds: ['containerd://c1', 'c2'] },
    { name: 'late', image: 'late:1', imageDigest: '', containerIds: [] },
  ],
  endedAt: '2025-01-01T00:01:00Z',
  extraReasons: [],
};

function entryOf(calls: readonly number[], more: Partial<RecordingEntry> = {}): RecordingEntry {
  return {
    abi: 'x86_64',
    origin: 'startup',
    calls: calls.map((nr) => ({ nr, firstSeenNs: '1' })),
    denied: [],
    arguments: [],
    ...more,
  };
}

function container(name: string | null, entries: RecordingEntry[], more: Partial<ContainerRecording> = {}) {
  return { containerId: 'c1', name, kind: 'container' as const, runtime: 'runc 1.1', entries, ...more };
}

function reportOf(containers: ContainerRecording[], more: Partial<RecordedReport> = {}): RecordedReport {
  return recordedReport({ containers, ...more });
}

describe('what a trace contributes', () => {
  it('is one contribution per container that ran, over all its restarts', () => {
    const contributions = contributionsOf(
      reportOf([
        container('init', [entryOf([1])], { containerId: 'c0' }),
        container('app', [entryOf([READ])]),
        container('app', [entryOf([1], { origin: 'exec:probe' })], { containerId: 'c2', runtime: null }),
      ]),
      target,
    );
    assert.deepEqual([...contributions.keys()], ['init', 'app']);
    assert.deepEqual(contributions.get('app')?.calls, [
      { abi: 'x86_64', name: 'read', origins: ['startup'], seenBy: ['3c1f6a52'] },
      { abi: 'x86_64', name: 'write', origins: ['exec:probe'], seenBy: ['3c1f6a52'] },
    ]);
  });

  it('says when the workload first made a call, and of nobody else that it was the workload', () => {
    const report = reportOf([
      container('app', [
        entryOf([READ]),
        entryOf([READ], { origin: 'serving', calls: [{ nr: READ, firstSeenNs: '90061001999999' }] }),
        entryOf([1], { origin: 'exec:foreign' }),
      ]),
    ]);
    const booted = { ...report, node: { ...report.node, bootedAt: '2025-01-01T00:00:00Z' } };
    assert.deepEqual(contributionsOf(booted, target).get('app')?.calls, [
      {
        abi: 'x86_64',
        name: 'read',
        origins: ['startup', 'serving'],
        firstSeenAt: '2025-01-01T00:00:00.000Z',
        seenBy: ['3c1f6a52'],
      },
      { abi: 'x86_64', name: 'write', origins: ['exec:foreign'] },
    ]);
  });

  it('carries what is known of image, node, runtime and times', () => {
    const contribution = contributionsOf(
      reportOf([container('app', [entryOf([READ])], { runtime: null }), container('app', [])]),
      target,
    ).get('app');
    assert.deepEqual(contribution, {
      image: 'web:1',
      imageDigest: 'web@sha256:1',
      calls: [{ abi: 'x86_64', name: 'read', origins: ['startup'], seenBy: ['3c1f6a52'] }],
      contributor: {
        traceUid: target.podUid,
        pod: 'web-1',
        node: 'node-1',
        kernel: '6.1.0-1-amd64',
        architecture: 'x86_64',
        runtime: 'runc 1.1',
        armedAt: '2025-01-01T00:00:00Z',
        endedAt: '2025-01-01T00:01:00Z',
        completeness: { level: 'observed', reasons: [], notes: [] },
      },
    });
  });

  it('keeps a runtime unknown that no recording names', () => {
    const report = reportOf([container('app', [], { runtime: null })]);
    assert.equal(contributionsOf(report, target).get('app')?.contributor.runtime, null);
  });

  it('finds the name of a recording by its container ID in the pod status', () => {
    const report = reportOf([
      container(null, [entryOf([READ])], { containerId: 'c1', kind: 'unknown' }),
      container(null, [entryOf([1])], { containerId: 'c2', kind: 'unknown' }),
    ]);
    const contribution = contributionsOf(report, target).get('app');
    assert.deepEqual(
      contribution?.calls.map(({ name }) => name),
      ['read', 'write'],
    );
    assert.equal(contribution.contributor.completeness.level, 'observed');
  });

  it('leaves out the pause container and the gate', () => {
    assert.equal(GATE_CONTAINER, GATE.container);
    const report = reportOf([
      container(null, [entryOf([READ])], { kind: 'sandbox', containerId: 's' }),
      container(GATE_CONTAINER, [entryOf([READ])], { containerId: 'g' }),
    ]);
    assert.equal(contributionsOf(report, target).size, 0);
  });

  it('says unknown-container everywhere when something recorded belongs to no container of the pod', () => {
    for (const orphan of [
      container(null, [entryOf([READ])], { containerId: 'x', kind: 'unknown' }),
      container('renamed', [entryOf([], { denied: [{ nr: READ, firstSeenNs: '1', errno: 1 }], arguments: [] })]),
    ]) {
      const report = reportOf([container('app', [entryOf([READ])]), orphan]);
      assert.deepEqual(contributionsOf(report, target).get('app')?.contributor.completeness.reasons, [
        'unknown-container',
      ]);
    }
  });

  it('ignores an unknown recording in which nothing was called', () => {
    const report = reportOf([
      container('app', [entryOf([READ])]),
      container(null, [entryOf([])], { containerId: 'x', kind: 'unknown' }),
    ]);
    assert.equal(contributionsOf(report, target).get('app')?.contributor.completeness.level, 'observed');
  });

  it('adds the reasons of the report and of the controller, and late arming', () => {
    const report = reportOf([container('app', [])], { arming: 'late', reasons: ['ledger-full'] });
    const { contributor } = contributionsOf(report, { ...target, extraReasons: ['flush-deadline'] }).get('app') ?? {};
    assert.deepEqual(contributor?.completeness, {
      level: 'partial',
      reasons: ['late-arming', 'flush-deadline', 'ledger-full'],
      notes: [],
    });
  });

  it('is partial when the workload sets up an io_uring, not when the call was denied', () => {
    const denied = entryOf([], { denied: [{ nr: IO_URING_SETUP, firstSeenNs: '1', errno: 1 }], arguments: [] });
    const of = (e: RecordingEntry) =>
      contributionsOf(reportOf([container('app', [e])]), target).get('app')?.contributor;
    assert.deepEqual(of(entryOf([IO_URING_SETUP]))?.completeness.reasons, ['io-uring']);
    assert.deepEqual(of(denied)?.completeness.reasons, []);
  });

  it('is partial when the workload makes a call that no table names', () => {
    const report = reportOf([container('app', [entryOf([575])])]);
    const contribution = contributionsOf(report, target).get('app');
    assert.deepEqual(contribution?.contributor.completeness.reasons, ['unknown-syscall']);
    assert.equal(contribution.calls[0]?.name, 'nr:575');
  });

  it('notes denials with their error number', () => {
    const report = reportOf([
      container('app', [entryOf([READ], { denied: [{ nr: CLONE3, firstSeenNs: '1', errno: 38 }], arguments: [] })]),
    ]);
    const contribution = contributionsOf(report, target).get('app');
    assert.deepEqual(contribution?.contributor.completeness.notes, ['masked-by-filter']);
    assert.deepEqual(contribution.calls[0], { abi: 'x86_64', name: 'clone3', origins: ['startup'], errno: 38 });
  });

  it('notes two ABIs of the workload, not one of the runtime', () => {
    const i386 = (origin: RecordingEntry['origin']) =>
      contributionsOf(
        reportOf([container('app', [entryOf([READ]), entryOf([3], { abi: 'i386', origin })])]),
        target,
      ).get('app')?.contributor.completeness.notes;
    assert.deepEqual(i386('startup'), ['abi-union']);
    assert.deepEqual(i386('setup'), []);
  });

  it("carries the values of arguments, but for the runtime's own", () => {
    const socket = (origin: RecordingEntry['origin'], ...tuples: string[][]) =>
      entryOf([41], { origin, arguments: [{ nr: 41, indices: [0, 1, 2], tuples, wide: false }] });
    const entries = [socket('setup', ['1', '1', '0']), socket('startup', ['2', '1', '0'], ['10', '1', '0'])];
    const [row] = contributionsOf(reportOf([container('app', entries)]), target).get('app')?.calls ?? [];
    assert.deepEqual(row?.arguments, [
      { origin: 'startup', indices: [0, 1, 2], tuples: ['10,1,0', '2,1,0'], wide: false },
    ]);
  });

  it('has exactly the names that were recorded, whatever their order and however they are spread over restarts', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        const together = contributionsOf(reportOf([container('app', entries)]), target).get('app');
        const spread = contributionsOf(
          reportOf([container('app', []), ...entries.toReversed().map((e) => container('app', [e]))]),
          target,
        ).get('app');
        assert.deepEqual(spread?.calls, together?.calls);
        const recorded = new Set(entries.flatMap((e) => [...e.calls, ...e.denied].map(({ nr }) => `${e.abi} ${nr}`)));
        assert.equal(new Set(together?.calls.map(({ abi, name }) => `${abi} ${name}`)).size, recorded.size);
      }),
    );
  });
});
