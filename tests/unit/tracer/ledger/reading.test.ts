import assert from 'node:assert/strict';
import { CONTAINERS, MARKS, ROWS, TUPLES } from '../../../../tracer/ledger/layout.ts';
import type { RawSlot, RowOfSlot } from '../../../../tracer/ledger/reading.ts';
import { changesOf, toReading } from '../../../../tracer/ledger/reading.ts';
import type { Tuple } from '../../../../tracer/ledger/rows.ts';
import { WATCHES } from '../../../../tracer/ledger/watches.ts';

const QUIET = { firstSights: 9n, full: 0n, originUnknown: 0n, outOfRange: 0n };

function row(container: bigint, origin: RowOfSlot['key']['origin'], ...numbers: number[]): RowOfSlot {
  const calls = numbers.map((nr) => ({ nr, firstSeenNs: '5' }));
  return { key: { container, abi: 'x86_64', origin }, row: { calls, denied: [], tuples: [] } };
}

const SOCKET = 41;

function tuple(container: bigint, origin: Tuple['origin'], nr: number, ...values: string[]): Tuple {
  return { container, abi: 'x86_64', origin, nr, indices: [0, 1, 2], values };
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
    tuples: [],
    marks: 0,
    counters: QUIET,
    misses: 0n,
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
    assert.equal(new Set(steps.map((one) => changesOf(one, 0n))).size, steps.length);
    assert.notEqual(changesOf(QUIET, 1n), changesOf(QUIET, 0n));
    assert.equal(
      changesOf({ ...QUIET, full: 1n }, 7n),
      changesOf({ ...QUIET, full: 99n }, 8n),
      'the reasons are the same',
    );
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
    assert.deepEqual(toReading(raw({ misses: 1n })).reasons, ['calls-missed']);
  });

  it('is as full as the fullest of the maps', () => {
    assert.equal(toReading(raw({})).fill, 2 / CONTAINERS);
    assert.equal(toReading(raw({ marks: MARKS / 2 })).fill, 0.5);
    const rows = Array.from({ length: ROWS }, () => row(20n, 'startup', 1));
    assert.equal(toReading(raw({ rows, marks: MARKS / 2 })).fill, 1);
    const tuples = Array.from({ length: 0.75 * TUPLES }, () => tuple(20n, 'startup', SOCKET, '1'));
    assert.equal(toReading(raw({ tuples })).fill, 0.75);
  });

  it('gives each watched call its tuples, in the order of their values, where it was made from', () => {
    const tuples = [
      tuple(20n, 'startup', SOCKET, '10', '1', '0'),
      tuple(20n, 'startup', SOCKET, '2', '1', '6'),
      tuple(20n, 'startup', SOCKET, '2', '1', '0'),
      tuple(20n, 'setup', SOCKET, '16', '3', '0'),
      tuple(30n, 'startup', SOCKET, '1', '1', '0'),
    ];
    const { containers } = toReading(raw({ rows: [row(20n, 'startup', SOCKET)], tuples }));
    const own = [
      ['2', '1', '0'],
      ['2', '1', '6'],
      ['10', '1', '0'],
    ];
    assert.deepEqual(
      containers.flatMap(({ entries }) => entries.map((entry) => entry.arguments)),
      [[{ nr: SOCKET, indices: [0, 1, 2], tuples: own, wide: false }]],
    );
  });

  it('says of a call that it is wide where more tuples were met than are kept, and then tells none', () => {
    const ordinal = WATCHES.x86_64.findIndex(([nr]) => nr === SOCKET);
    const ofSocket = (kept: number): RowOfSlot => {
      const { key, row: plain } = row(20n, 'startup', SOCKET);
      return { key, row: { ...plain, tuples: Array.from({ length: 64 }, (_, at) => (at === ordinal ? kept : 0)) } };
    };
    const tuples = [tuple(20n, 'startup', SOCKET, '2', '1', '6')];
    const read = (kept: number): unknown =>
      toReading(raw({ rows: [ofSocket(kept)], tuples })).containers[0]?.entries[0]?.arguments;
    assert.deepEqual(read(33), [{ nr: SOCKET, indices: [0, 1, 2], tuples: [], wide: true }]);
    assert.deepEqual(read(32), [{ nr: SOCKET, indices: [0, 1, 2], tuples: [['2', '1', '6']], wide: false }]);
  });

  it('takes io_uring for a reason where the workload or a probe set one up, not a runtime', () => {
    assert.deepEqual(toReading(raw({ rows: [row(20n, 'setup', 425)] })).reasons, []);
    assert.deepEqual(toReading(raw({ rows: [row(20n, 'startup', 425)] })).reasons, ['io-uring']);
    assert.deepEqual(toReading(raw({ rows: [row(20n, 'exec:probe', 425)] })).reasons, ['io-uring']);
  });
});
