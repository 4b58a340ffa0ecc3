import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ABIS, MAX_SYSCALLS, ORIGINS } from '../../../../profile/recording.ts';
import * as layout from '../../../../tracer/ledger/layout.ts';
import { decodeRow, decodeRowKey, decodeTuple } from '../../../../tracer/ledger/rows.ts';
import { compiled } from './compiled.ts';

const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });

/** The bytes of a tuple as the programs write it. */
function tupleBytes(nr: number, abi: number, origin: number, indices: number[], values: bigint[]): Buffer {
  const bytes = Buffer.alloc(layout.SIZES.tupleKey);
  bytes.writeBigUInt64LE(77n, 0);
  bytes.writeUInt16LE(nr, 8);
  bytes.set([abi, origin], 10);
  bytes.set(indices, 12);
  bytes.writeUInt8(indices.length, 15);
  values.forEach((value, place) => bytes.writeBigUInt64LE(value, 16 + 8 * place));
  return bytes;
}

describe('the rows and tuples of the ledger', () => {
  it('has the places that the C compiler gives the fields', () => {
    const places = compiled([
      'offsetof(struct row, denied_errno)',
      'offsetof(struct row, tuples)',
      'offsetof(struct row_key, abi)',
      'offsetof(struct tuple_key, nr)',
      'offsetof(struct tuple_key, abi)',
      'offsetof(struct tuple_key, form)',
      'offsetof(struct tuple_key, form.count)',
      'offsetof(struct tuple_key, values)',
    ]);
    assert.deepEqual(places, [16 * MAX_SYSCALLS, 18 * MAX_SYSCALLS, 8, 8, 10, 12, 15, 16]);
  });

  it('reads exactly the calls and denials that a row holds', () => {
    const call = fc.tuple(
      fc.nat({ max: MAX_SYSCALLS - 1 }),
      u64.filter((ns) => ns > 0n),
    );
    const denial = fc.tuple(fc.nat({ max: MAX_SYSCALLS - 1 }), fc.integer({ min: 1, max: 4095 }));
    const unique = { selector: ([nr]: readonly [number, unknown]) => nr };
    fc.assert(
      fc.property(fc.uniqueArray(call, unique), fc.uniqueArray(denial, unique), (calls, denials) => {
        const row = Buffer.alloc(layout.SIZES.row);
        for (const [nr, ns] of calls) row.writeBigUInt64LE(ns, 8 * nr);
        for (const [nr, errno] of denials) {
          row.writeBigUInt64LE(7n, 8 * (MAX_SYSCALLS + nr));
          row.writeUInt16LE(errno, 16 * MAX_SYSCALLS + 2 * nr);
        }
        const read = decodeRow(row);
        const expected = calls.map(([nr, ns]) => `${nr} ${ns}`).sort();
        assert.deepEqual(read.calls.map(({ nr, firstSeenNs }) => `${nr} ${firstSeenNs}`).sort(), expected);
        assert.deepEqual(
          read.denied.map(({ nr, errno }) => `${nr} ${errno}`).sort(),
          denials.map(([nr, errno]) => `${nr} ${errno}`).sort(),
        );
      }),
    );
  });

  it('leaves a denial whose number is not there yet to the next reading', () => {
    const row = Buffer.alloc(layout.SIZES.row);
    row.writeBigUInt64LE(7n, 8 * (MAX_SYSCALLS + 435));
    assert.deepEqual(decodeRow(row).denied, []);
  });

  it('makes no call up from any bytes: it reads a row, or says that it is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: layout.SIZES.row, maxLength: layout.SIZES.row }), (bytes) => {
        try {
          const { calls, denied } = decodeRow(Buffer.from(bytes));
          for (const { nr, errno } of denied) assert.ok(nr < MAX_SYSCALLS && errno > 0 && errno < 4096);
          for (const { nr } of calls) assert.ok(bytes.slice(8 * nr, 8 * nr + 8).some((byte) => byte !== 0));
        } catch (error) {
          assert.ok(error instanceof RangeError);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('refuses the row of an interface or origin that it does not know', () => {
    const key = Buffer.alloc(layout.SIZES.rowKey);
    key.writeUInt8(ABIS.length, 8);
    assert.throws(() => decodeRowKey(key), RangeError);
    key.writeUInt8(0, 8);
    key.writeUInt8(ORIGINS.length, 9);
    assert.throws(() => decodeRowKey(key), RangeError);
  });

  it('reads how many tuples are kept of each watched call', () => {
    const row = Buffer.alloc(layout.SIZES.row);
    row.writeUInt32LE(33, 18 * MAX_SYSCALLS + 4 * 63);
    const { tuples } = decodeRow(row);
    assert.deepEqual([tuples.length, tuples[0], tuples[63]], [64, 0, 33]);
  });

  it('reads a tuple as it was written: which arguments, and values up to 64 bits', () => {
    const values = [0xffff_ffff_ffff_ffffn, 3n];
    assert.deepEqual(decodeTuple(tupleBytes(16, 1, 2, [1, 5], values)), {
      container: 77n,
      abi: 'i386',
      origin: 'startup',
      nr: 16,
      indices: [1, 5],
      values: ['18446744073709551615', '3'],
    });
  });

  const wrong: [string, Buffer][] = [
    ['no arguments', tupleBytes(1, 0, 0, [], [])],
    ['a seventh argument', tupleBytes(1, 0, 0, [6], [1n])],
    ['an argument twice', tupleBytes(1, 0, 0, [2, 2], [1n, 1n])],
    ['a number above all tables', tupleBytes(MAX_SYSCALLS, 0, 0, [1], [1n])],
    ['an interface that is none', tupleBytes(1, ABIS.length, 0, [1], [1n])],
    ['an origin that is none', tupleBytes(1, 0, ORIGINS.length, [1], [1n])],
  ];
  for (const [what, bytes] of wrong) {
    it(`refuses a tuple with ${what}`, () => {
      assert.throws(() => decodeTuple(bytes), /not a (tuple|key) of this layout: [0-9a-f]{80}/);
    });
  }

  it('makes no tuple up from any bytes: what it reads stands in them, or it says that it is none', () => {
    const size = layout.SIZES.tupleKey;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: size, maxLength: size }), fc.nat({ max: 4 }), (bytes, count) => {
        bytes[15] = count; // or nearly none would be one
        bytes[9] = 0;
        try {
          const tuple = decodeTuple(Buffer.from(bytes));
          const place = [ABIS.indexOf(tuple.abi), ORIGINS.indexOf(tuple.origin)] as const;
          const written = tupleBytes(tuple.nr, ...place, tuple.indices, tuple.values.map(BigInt));
          assert.deepEqual(written.subarray(8, 12), Buffer.from(bytes.subarray(8, 12)));
          const end = 16 + 8 * tuple.values.length;
          assert.deepEqual(written.subarray(16, end), Buffer.from(bytes.subarray(16, end)));
        } catch (error) {
          assert.ok(error instanceof RangeError);
        }
      }),
    );
  });
});
