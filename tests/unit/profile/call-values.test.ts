import assert from 'node:assert/strict';
import { joinValues, valuesOver, widenValues } from '../../../profile/call-values.ts';
import { MAX_TUPLES } from '../../../profile/recording.ts';
import type { ProfiledCall } from '../../../profile/syscall-profile.ts';

const known = (...tuples: string[]) => ({ indices: [0], tuples, wide: false });
const numbered = (count: number) => Array.from({ length: count }, (_, value) => String(value));

describe('values of a call', () => {
  it('are all kept up to the bound, and none beyond it', () => {
    const full = known(...numbered(MAX_TUPLES));
    assert.equal(joinValues(full, known('0')).tuples.length, MAX_TUPLES);
    assert.deepEqual(joinValues(full, known('x')), { indices: [0], tuples: [], wide: true });
  });

  it('of different arguments have nothing in common, in either order', () => {
    const other = { indices: [0, 1], tuples: ['1,2'], wide: false };
    assert.deepEqual(joinValues(known('1'), other), { indices: [0], tuples: [], wide: true });
    assert.deepEqual(joinValues(other, known('1')), joinValues(known('1'), other));
  });

  it('are said as wide where fewer are wanted than there are', () => {
    assert.deepEqual(widenValues(known('1', '2'), 1), { indices: [0], tuples: [], wide: true });
    assert.deepEqual(widenValues(known('1', '2'), 2), known('1', '2'));
  });

  it('over several origins are those of all that made the call, or unknown where one is', () => {
    const call: ProfiledCall = {
      abi: 'x86_64',
      name: 'personality',
      origins: ['startup', 'serving', 'exec:foreign'],
      arguments: [
        { origin: 'startup', ...known('8') },
        { origin: 'serving', ...known('0') },
      ],
    };
    assert.deepEqual(valuesOver(call, ['startup', 'serving', 'exec:probe']), known('0', '8'));
    assert.deepEqual(valuesOver(call, ['serving']), { origin: 'serving', ...known('0') });
    assert.equal(valuesOver(call, ['startup', 'exec:foreign']), undefined);
    assert.equal(valuesOver({ ...call, arguments: undefined }, ['startup']), undefined);
  });
});
