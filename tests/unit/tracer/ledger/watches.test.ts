import assert from 'node:assert/strict';
import { watchOf } from '../../../../profile/arguments.ts';
import { ABIS, MAX_SYSCALLS } from '../../../../profile/recording.ts';
import { WATCHED } from '../../../../tracer/ledger/layout.ts';
import { WATCHES, orderWatches, watchEntries } from '../../../../tracer/ledger/watches.ts';
import { compiled } from './compiled.ts';

const I386_MMAP2 = 192;
const X86_64_MMAP = 9;

describe('the table of watched arguments', () => {
  it('has the size and places that the C compiler gives struct watch', () => {
    const fields = ['form.indices', 'form.count', 'whole', 'ordinal'].map((name) => `offsetof(struct watch, ${name})`);
    assert.deepEqual(compiled(['sizeof(struct watch)', ...fields]), [8, 0, 3, 4, 5]);
    assert.ok(watchEntries().every(({ bytes }) => bytes.length === 8));
  });

  it('gives each watched call of each interface a place of its own in a row, within its bounds', () => {
    for (const abi of ABIS) {
      const table = ABIS.indexOf(abi) * MAX_SYSCALLS;
      const own = watchEntries().filter(({ index }) => index >= table && index < table + MAX_SYSCALLS);
      const ordinals = own.map(({ bytes }) => bytes.readUInt8(5));
      assert.deepEqual(
        ordinals,
        WATCHES[abi].map((_, place) => place),
      );
      assert.ok(ordinals.length > 0 && ordinals.length <= WATCHED);
    }
  });

  it('has no place for more calls than a row counts tuples of', () => {
    const watch = { indices: [0], wide64: [], names: ['op'] };
    const calls = Array.from({ length: WATCHED + 1 }, (_, nr) => [nr, watch] as const);
    assert.equal(orderWatches(new Map(calls.slice(1))).length, WATCHED);
    assert.throws(() => orderWatches(new Map(calls)), RangeError);
  });

  it('says which registers are taken, and which of them whole', () => {
    const at = (abi: number, nr: number): number[] => [
      ...(watchEntries()
        .find(({ index }) => index === abi * MAX_SYSCALLS + nr)
        ?.bytes.subarray(0, 5) ?? []),
    ];
    assert.deepEqual(watchOf('x86_64', 'mmap')?.indices, [2, 3]);
    assert.deepEqual(at(0, X86_64_MMAP), [2, 3, 0, 2, 0b11]);
    assert.deepEqual(at(1, I386_MMAP2), [2, 3, 0, 2, 0]);
    assert.deepEqual(at(1, X86_64_MMAP), [], 'number 9 of i386 is link');
  });
});
