import assert from 'node:assert/strict';
import { watchedNumbers, watchOf } from '../../../profile/arguments.ts';
import { ABIS } from '../../../profile/recording.ts';
import { nameOf } from '../../../profile/syscalls/names.ts';

describe('watched arguments', () => {
  it('keep to what the kernel side has room for: 64 calls per ABI, three arguments each', () => {
    for (const abi of ABIS) {
      const watched = watchedNumbers(abi);
      assert.ok(watched.size > 30 && watched.size <= 64, `${abi}: ${watched.size}`);
      for (const { indices, wide64, names } of watched.values()) {
        assert.ok(indices.length >= 1 && indices.length <= 3);
        assert.deepEqual(indices, [...new Set(indices)].sort());
        assert.ok(indices.every((index) => index >= 0 && index <= 5));
        assert.ok(wide64.every((index) => indices.includes(index)));
        assert.equal(names.length, indices.length);
      }
    }
  });

  it('are the same by number as by name', () => {
    for (const abi of ABIS)
      for (const [nr, watch] of watchedNumbers(abi)) assert.equal(watch, watchOf(abi, nameOf(abi, nr)));
    assert.deepEqual(
      [41, 16, 56].map((nr) => watchedNumbers('x86_64').get(nr)?.indices),
      [[0, 1, 2], [1], [0]],
    );
  });

  it('take the low half of an int and all of a long', () => {
    assert.deepEqual(watchOf('x86_64', 'socket')?.wide64, []);
    assert.deepEqual(watchOf('x86_64', 'mmap')?.wide64, [2, 3]);
    assert.deepEqual(watchOf('aarch64', 'unshare')?.wide64, [0]);
  });

  it('have no upper half on i386, whose registers are 32 bits wide', () => {
    for (const { wide64 } of watchedNumbers('i386').values()) assert.deepEqual(wide64, []);
  });

  it('leave out calls that get their arguments by a pointer, and calls that the ABI has not', () => {
    for (const abi of ABIS)
      for (const name of ['clone3', 'socketcall', 'ipc']) assert.equal(watchOf(abi, name), undefined);
    assert.equal(watchOf('i386', 'mmap'), undefined);
    assert.deepEqual(watchOf('i386', 'mmap2')?.indices, [2, 3]);
    assert.equal(watchOf('aarch64', 'arch_prctl'), undefined);
    assert.equal(watchOf('x86_64', 'read'), undefined);
  });
});
