import assert from 'node:assert/strict';
import { watchedNumbers, watchOf } from '../../../profile/arguments.ts';
import { ENFORCED } from '../../../profile/enforced.ts';
import { ABIS } from '../../../profile/recording.ts';
import { nameOf } from '../../../profile/syscalls/names.ts';

describe('what is enforced by default', () => {
  const watched = new Set(ABIS.flatMap((abi) => [...watchedNumbers(abi).keys()].map((nr) => nameOf(abi, nr))));

  it('is decided for each watched call, and for no other', () => {
    assert.deepEqual(Object.keys(ENFORCED).sort(), [...watched].sort());
  });

  it('compares only arguments that are watched, and of their bits at most 32, or all', () => {
    for (const abi of ABIS)
      for (const [name, { masks }] of Object.entries(ENFORCED))
        for (const [index, mask] of Object.entries(masks)) {
          assert.ok(watchOf(abi, name)?.indices.includes(Number(index)) ?? true, `${abi} ${name} ${index}`);
          assert.ok(Number.isInteger(mask) && mask > 0 && mask <= 0xffffffff);
        }
  });

  it('has twins only for the first argument watched, which rules take them to be about', () => {
    for (const [name, { masks, twins }] of Object.entries(ENFORCED))
      if (twins) assert.ok(String(watchOf('x86_64', name)?.indices[0]) in masks, name);
  });
});
