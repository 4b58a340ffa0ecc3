import assert from 'node:assert/strict';
import { purposeOf, TOPICS } from '../../../../profile/purpose/purposes.ts';
import { ABIS } from '../../../../profile/recording.ts';
import { isKnownName, numbersOf } from '../../../../profile/syscalls/names.ts';

describe('what calls are for', () => {
  for (const abi of ABIS)
    it(`is said of every call of ${abi}`, () => {
      const unsaid = [...numbersOf(abi).values()].filter((name) => purposeOf(name) === undefined);
      assert.deepEqual(unsaid, []);
    });

  it('is said of nothing that is no call, and once only', () => {
    const names = Object.values(TOPICS).flatMap((topic) => Object.keys(topic));
    assert.deepEqual(
      names.filter((name) => !isKnownName(name, ABIS)),
      [],
    );
    assert.equal(new Set(names).size, names.length);
    assert.equal(purposeOf('nr:511'), undefined);
  });

  it('is short, and stands alone', () => {
    const texts = Object.values(TOPICS).flatMap((topic): string[] => Object.values(topic));
    assert.deepEqual(
      texts.filter((text) => text.length > 90 || text.length < 10 || /\.$|\bthe same\b/.test(text)),
      [],
    );
  });

  it('of a 32-bit variant is that of its call', () => {
    assert.deepEqual(purposeOf('stat64'), {
      topic: 'names and attributes of files',
      text: `${purposeOf('stat')?.text ?? ''} (32-bit, wider arguments)`,
    });
    for (const [wide, narrow] of [
      ['getuid32', 'getuid'],
      ['futex_time64', 'futex'],
      ['fadvise64_64', 'fadvise64'],
      ['clock_gettime64', 'clock_gettime'],
    ] as const)
      assert.ok(purposeOf(wide)?.text.startsWith(purposeOf(narrow)?.text ?? 'nothing'), wide);
  });
});
