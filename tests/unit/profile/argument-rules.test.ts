import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ArgumentFacts } from '../../../profile/argument-rules.ts';
import { argumentRules } from '../../../profile/argument-rules.ts';
import { watchOf } from '../../../profile/arguments.ts';
import { PROFILED_ORIGINS } from '../../../profile/calls.ts';
import type { ArgumentCondition } from '../../../profile/groups.ts';
import type { Origin } from '../../../profile/recording.ts';
import { MAX_TUPLES } from '../../../profile/recording.ts';
import type { ProfiledCall } from '../../../profile/syscall-profile.ts';

const LOW = 0xffffffff;

function call(
  name: string,
  tuples: readonly string[],
  more: { wide?: boolean; origin?: 'exec:foreign' } = {},
): ProfiledCall {
  const origin: Origin = more.origin ?? 'startup';
  const indices = [...(watchOf('x86_64', name)?.indices ?? [])];
  const row = { origin, indices, tuples: [...tuples], wide: more.wide ?? false };
  return { abi: 'x86_64', name, origins: [origin], arguments: [row] };
}

function facts(made: readonly ProfiledCall[], more: Partial<ArgumentFacts> = {}): ArgumentFacts {
  return { made, origins: PROFILED_ORIGINS, mode: 'safe', isUnion: false, declared: new Set(), ...more };
}

function rulesOf(made: ProfiledCall, mode: 'safe' | 'all' = 'safe') {
  return argumentRules(facts([made], { mode })).ruled.get(made.name);
}

function bareReason(made: ProfiledCall, more: Partial<ArgumentFacts> = {}) {
  return argumentRules(facts([made], more)).bare.get(made.name);
}

const masked = (index: number, mask: number, valueTwo: number): ArgumentCondition => ({
  index,
  value: mask,
  valueTwo,
  op: 'SCMP_CMP_MASKED_EQ',
});

describe('rules on arguments', () => {
  it("compare an int's low half by mask, the mask first", () => {
    assert.deepEqual(rulesOf(call('personality', ['8'])), [[masked(0, LOW, 8)]]);
  });

  it('compare a long whole', () => {
    assert.deepEqual(rulesOf(call('unshare', ['131072'])), [[{ index: 0, value: 131072, op: 'SCMP_CMP_EQ' }]]);
  });

  it('are one for each recorded tuple, sorted, equal ones once', () => {
    const STREAM = 1;
    const CLOEXEC = 0o2000000;
    assert.deepEqual(rulesOf(call('socket', [`16,3,0`, `1,${STREAM},0`, `1,${STREAM + CLOEXEC},0`])), [
      [masked(0, LOW, 1), masked(1, 0xf, STREAM)],
      [masked(0, LOW, 16), masked(1, 0xf, 3)],
    ]);
  });

  it('take both IP versions for one where one was recorded, and nothing else', () => {
    const both = [2, 10].map((family) => [masked(0, LOW, family), masked(1, 0xf, 2)]);
    const sorted = both.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    assert.deepEqual(rulesOf(call('socket', ['2,2,17'])), sorted);
    assert.deepEqual(rulesOf(call('socket', ['10,2,17'])), sorted);
    assert.deepEqual(rulesOf(call('setsockopt', ['41,26'])), [[masked(1, LOW, 0)], [masked(1, LOW, 41)]]);
    assert.deepEqual(rulesOf(call('socket', ['2,2,17']), 'all'), [
      [masked(0, LOW, 2), masked(1, LOW, 2), masked(2, LOW, 17)],
    ]);
  });

  it('let clone share what it likes, but make only the namespaces that it made', () => {
    const THREAD = 0x3d0f00;
    const NEWUSER = 0x10000000;
    assert.deepEqual(rulesOf(call('clone', [`${THREAD}`, '17'])), [[masked(0, 0x7e020000, 0)]]);
    assert.deepEqual(rulesOf(call('clone', [`${NEWUSER + 17}`])), [[masked(0, 0x7e020000, NEWUSER)]]);
  });

  it('with `all` are there for what is no safe rule too', () => {
    assert.equal(bareReason(call('mmap', ['3,34'])), 'not-by-default');
    assert.deepEqual(rulesOf(call('mmap', ['3,34']), 'all'), [
      [
        { index: 2, value: 3, op: 'SCMP_CMP_EQ' },
        { index: 3, value: 34, op: 'SCMP_CMP_EQ' },
      ],
    ]);
  });

  it('are left out, and it is said why, where they could deny what was recorded', () => {
    const known = call('personality', ['8']);
    assert.equal(bareReason(known, { mode: 'none' }), 'not-asked');
    assert.equal(bareReason(known, { isUnion: true }), 'abi-union');
    assert.equal(bareReason(known, { declared: new Set(['personality']) }), 'declared');
    assert.equal(bareReason(call('personality', [], { wide: true })), 'wide');
    assert.equal(bareReason(call('personality', [])), 'values-unknown');
    assert.equal(bareReason({ ...known, arguments: undefined }), 'values-unknown');
    assert.equal(bareReason({ ...known, origins: ['startup', 'serving'] }), 'values-unknown');
    assert.equal(bareReason({ ...known, name: 'setns' }), 'values-unknown');
    assert.equal(bareReason(call('unshare', [String(2n ** 53n)])), 'inexact');
    assert.deepEqual(rulesOf(call('unshare', [String(2n ** 53n - 1n)]))?.length, 1);
  });

  it('say nothing of calls that nobody watches', () => {
    const { ruled, bare } = argumentRules(facts([{ abi: 'x86_64', name: 'read', origins: ['startup'] }]));
    assert.deepEqual([ruled.size, bare.size], [0, 0]);
  });

  it("have a stranger's values only where strangers' calls are asked for", () => {
    const both: ProfiledCall = {
      ...call('personality', ['8']),
      origins: ['startup', 'exec:foreign'],
      arguments: [
        ...(call('personality', ['8']).arguments ?? []),
        ...(call('personality', ['0'], { origin: 'exec:foreign' }).arguments ?? []),
      ],
    };
    assert.equal(rulesOf(both)?.length, 1);
    const asked = argumentRules(facts([both], { origins: [...PROFILED_ORIGINS, 'exec:foreign'] }));
    assert.equal(asked.ruled.get('personality')?.length, 2);
  });

  it('stay within what a filter can hold: the calls with the most go first', () => {
    const many = Array.from({ length: MAX_TUPLES }, (_, value) => `1,${value},${value}`);
    const two = many.map((tuple) => tuple.slice(2));
    const made = [
      call('socket', many),
      call('socketpair', many),
      call('setsockopt', two),
      call('getsockopt', two),
      call('ioctl', ['1']),
    ];
    const { ruled, bare } = argumentRules(facts(made, { mode: 'all' }));
    assert.deepEqual([...bare], [['socket', 'too-many-rules']]);
    assert.deepEqual([...ruled.keys()], ['getsockopt', 'ioctl', 'setsockopt', 'socketpair']);
    assert.ok([...ruled.values()].flat(2).length <= 512);
  });

  it('match what was recorded whatever the upper half of an int, each argument once', () => {
    const tuples = fc.uniqueArray(
      fc.tuple(fc.nat(45), fc.nat(0xffffff), fc.nat(300)).map((values) => values.join()),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(
        tuples,
        fc.constantFrom('safe' as const, 'all' as const),
        fc.bigInt(0n, 0xffffffffn),
        (seen, mode, upper) => {
          const rules = rulesOf(call('socket', seen), mode) ?? [];
          for (const rule of rules) assert.equal(new Set(rule.map(({ index }) => index)).size, rule.length);
          for (const tuple of seen) {
            const registers = tuple.split(',').map((value) => BigInt(value) | (upper << 32n));
            const matching = rules.filter((rule) => rule.every((condition) => holds(condition, registers)));
            assert.equal(matching.length, 1);
          }
        },
      ),
    );
  });
});

/** As libseccomp understands a condition. */
function holds(condition: ArgumentCondition, registers: readonly bigint[]): boolean {
  const register = registers[condition.index] ?? 0n;
  if (condition.op === 'SCMP_CMP_EQ') return register === BigInt(condition.value);
  return (register & BigInt(condition.value)) === BigInt(condition.valueTwo);
}
