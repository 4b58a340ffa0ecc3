import assert from 'node:assert/strict';
import type { RawSlot, RowOfSlot } from '../../../../tracer/ledger/reading.ts';
import { changesOf, toReading } from '../../../../tracer/ledger/reading.ts';

const QUIET = { firstSights: 9n, full: 0n, originUnknown: 0n, outOfRange: 0n };

function row(container: bigint, origin: RowOfSlot['key']['origin'], ...numbers: number[]): RowOfSlot {
  const calls = numbers.map((nr) => ({ nr, firstSeenNs: '5' }));
  return { key: { container, abi: 'x86_64', origin }, row: { calls, denied: [], arguments: [] } };
}

function raw(changes: Partial<RawSlot>): RawSlot {
  const late = { name: 'late', firstSeenNs: 9n, startedNs: 0n, mountNs: 1 };
  const early = { name: 'early', firstSeenNs: 3n, startedNs: 4n, mountNs: 1 };
  return {
    podCgroupIds: [1n],
    containers: new Map([
      [30n, late],
      [20n, early],
    ]),
    rows: [],
    counters: QUIET,
    ...changes,
  };
}

describe('the reading of a slot', () => {
  it('is out of date after a first sight, and after the first loss of each kind', () => {
    const steps = [
      QUIET,
      { ...QUIET, full: 1n },
      { ...QUIET, full: 5n, outOfRange: 1n },
      { ...QUIET, full: 5n, outOfRange: 1n, originUnknown: 2n },
      { ...QUIET, firstSights: 10n, full: 5n, outOfRange: 1n, originUnknown: 2n },
    ];
    assert.equal(new Set(steps.map(changesOf)).size, steps.length);
    assert.equal(changesOf({ ...QUIET, full: 1n }), changesOf({ ...QUIET, full: 99n }), 'the reasons are the same');
  });

  it('gives each container its own rows, in the order of their first sight', () => {
    const rows = [row(30n, 'setup', 1), row(20n, 'startup', 2), row(30n, 'startup', 3)];
    const { containers, reasons } = toReading(raw({ rows }));
    assert.deepEqual(
      containers.map(({ name, startedNs, entries }) => [name, startedNs, entries.map(({ origin }) => origin)]),
      [
        ['early', 4n, ['startup']],
        ['late', null, ['setup', 'startup']],
      ],
    );
    assert.deepEqual(reasons, []);
  });

  it('tells the pod’s own cgroup from containers', () => {
    const { containers } = toReading(raw({ podCgroupIds: [20n] }));
    assert.deepEqual(
      containers.map(({ isPod }) => isPod),
      [true, false],
    );
  });

  it('names a container that made no call yet', () => {
    assert.deepEqual(
      toReading(raw({})).containers.map(({ entries }) => entries),
      [[], []],
    );
  });

  it('keeps the rows of a container that found no room for its name', () => {
    const reading = toReading(raw({ rows: [row(40n, 'setup', 1)], counters: { ...QUIET, full: 1n } }));
    assert.equal(reading.containers.find(({ cgroupId }) => cgroupId === 40n)?.entries.length, 1);
    assert.deepEqual(reading.reasons, ['ledger-full']);
  });

  it('has a reason for each counter', () => {
    const counters = { ...QUIET, originUnknown: 2n, outOfRange: 1n };
    assert.deepEqual(toReading(raw({ counters })).reasons, ['origin-unknown', 'unknown-syscall']);
  });

  it('takes io_uring for a reason where the workload or a probe set one up, not a runtime', () => {
    assert.deepEqual(toReading(raw({ rows: [row(20n, 'setup', 425)] })).reasons, []);
    assert.deepEqual(toReading(raw({ rows: [row(20n, 'startup', 425)] })).reasons, ['io-uring']);
    assert.deepEqual(toReading(raw({ rows: [row(20n, 'exec:probe', 425)] })).reasons, ['io-uring']);
  });
});
