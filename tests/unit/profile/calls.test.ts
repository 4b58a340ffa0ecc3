import assert from 'node:assert/strict';
import fc from 'fast-check';
import { unionOfCalls } from '../../../profile/calls.ts';
import type { Origin } from '../../../profile/recording.ts';
import type { ProfiledCall } from '../../../profile/syscall-profile.ts';
import { profiledCall } from './arbitrary.ts';

const made = (name: string, ...origins: ProfiledCall['origins']): ProfiledCall => ({ abi: 'x86_64', name, origins });
const denied = (errno: number, name: string, ...origins: ProfiledCall['origins']): ProfiledCall => ({
  ...made(name, ...origins),
  errno,
});

describe('the union of calls', () => {
  const sets = fc.array(profiledCall, { maxLength: 20 });

  it('is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(sets, sets, sets, (a, b, c) => {
        assert.deepEqual(unionOfCalls(a, b), unionOfCalls(b, a));
        assert.deepEqual(unionOfCalls(unionOfCalls(a, b), c), unionOfCalls(a, unionOfCalls(b, c)));
        assert.deepEqual(unionOfCalls(a, unionOfCalls(a, b)), unionOfCalls(a, b));
      }),
    );
  });

  it('loses no call that the kernel answered, and adds no origin', () => {
    fc.assert(
      fc.property(sets, (calls) => {
        const sights = (set: readonly ProfiledCall[]): Set<string> =>
          new Set(
            set
              .filter(({ errno }) => errno === undefined)
              .flatMap(({ abi, name, origins }) => origins.map((o) => `${abi} ${name} ${o}`)),
          );
        assert.deepEqual(sights(unionOfCalls(calls)), sights(calls));
      }),
    );
  });

  it('takes a call both made and denied by the workload as made', () => {
    assert.deepEqual(unionOfCalls([denied(1, 'ptrace', 'startup')], [made('ptrace', 'exec:probe')]), [
      made('ptrace', 'exec:probe'),
    ]);
  });

  it('keeps the denial of a call that only the runtime made, before its filter was loaded', () => {
    const rows = unionOfCalls([made('clone3', 'setup')], [denied(38, 'clone3', 'startup')]);
    assert.deepEqual(rows, [denied(38, 'clone3', 'startup'), made('clone3', 'setup')]);
  });

  it('prefers ENOSYS, on which C libraries fall back, then the smaller error number', () => {
    assert.deepEqual(unionOfCalls([denied(1, 'clone3', 'startup')], [denied(38, 'clone3', 'exec:probe')]), [
      denied(38, 'clone3', 'startup', 'exec:probe'),
    ]);
    assert.deepEqual(unionOfCalls([denied(13, 'bpf', 'startup')], [denied(1, 'bpf', 'startup')]), [
      denied(1, 'bpf', 'startup'),
    ]);
  });

  it('keeps ABIs apart', () => {
    assert.equal(unionOfCalls([made('read', 'startup')], [{ ...made('read', 'startup'), abi: 'i386' }]).length, 2);
  });

  const valued = (origin: Origin, tuples: string[], wide = false): ProfiledCall => ({
    ...made('socket', origin),
    arguments: [{ origin, indices: [0, 1, 2], tuples, wide }],
  });

  it('keeps the values of arguments by origin, each once', () => {
    const rows = unionOfCalls(
      [valued('serving', ['2,1,0']), valued('startup', ['1,1,0', '2,1,0'])],
      [valued('startup', ['16,3,0', '2,1,0'])],
    );
    assert.deepEqual(rows[0]?.arguments, [
      { origin: 'startup', indices: [0, 1, 2], tuples: ['1,1,0', '16,3,0', '2,1,0'], wide: false },
      { origin: 'serving', indices: [0, 1, 2], tuples: ['2,1,0'], wide: false },
    ]);
  });

  it('knows no values of an origin that once made the call without them', () => {
    const rows = unionOfCalls([valued('startup', ['2,1,0']), valued('serving', [])], [made('socket', 'startup')]);
    assert.deepEqual(
      rows[0]?.arguments?.map(({ origin }) => origin),
      ['serving'],
    );
  });

  it('never makes a set whole again that was once wide', () => {
    const rows = unionOfCalls([valued('startup', [], true)], [valued('startup', ['2,1,0'])]);
    assert.deepEqual(rows, [valued('startup', [], true)]);
  });
});
