import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { z } from 'zod';
import { watchedNumbers, watchOf } from '../../../profile/arguments.ts';
import { unionOfCalls } from '../../../profile/calls.ts';
import { declaredGroups } from '../../../profile/declared-groups.ts';
import { ARGUMENT_MODES } from '../../../profile/enforced.ts';
import type { Group } from '../../../profile/groups.ts';
import type { Origin } from '../../../profile/recording.ts';
import { ABIS } from '../../../profile/recording.ts';
import type { SeccompProfile } from '../../../profile/seccomp.ts';
import { argumentRulesOf, renderSeccomp, toSeccomp } from '../../../profile/seccomp.ts';
import type { ProfiledCall } from '../../../profile/syscall-profile.ts';
import { profiledCallSchema } from '../../../profile/syscall-profile.ts';
import { isKnownName, nameOf } from '../../../profile/syscalls/names.ts';
import { allows } from '../../allows.ts';
import { profiledCall } from './arbitrary.ts';

const X86 = [{ architecture: 'x86_64' as const }];

function call(name: string, more: Partial<ProfiledCall> = {}): ProfiledCall {
  return { abi: 'x86_64', name, origins: ['startup'], ...more };
}

function group(...calls: Group['calls']): Group {
  return { name: 'g', description: 'for tests', calls };
}

function allowed(profile: SeccompProfile): string[] {
  return profile.syscalls.flatMap(({ action, names }) => (action === 'SCMP_ACT_ALLOW' ? names : []));
}

describe('the OCI seccomp profile', () => {
  it('allows what the workload and joined programs did, sorted, and nothing of the set-up', () => {
    const calls = [
      call('write', { origins: ['exec:probe'] }),
      call('read'),
      call('mount', { origins: ['setup'] }),
      call('capset', { origins: ['runtime-filtered', 'setup'] }),
    ];
    assert.deepEqual(toSeccomp({ calls, contributors: X86 }, []), {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 1,
      architectures: ['SCMP_ARCH_X86_64'],
      syscalls: [{ names: ['read', 'write'], action: 'SCMP_ACT_ALLOW' }],
    });
  });

  it('answers recorded denials with their error numbers, but for what is allowed anyway', () => {
    const calls = [
      call('clone3', { errno: 38 }),
      call('bpf', { errno: 1 }),
      call('ptrace', { errno: 1, origins: ['exec:probe', 'setup'] }),
      call('futex', { errno: 38 }),
      call('mount', { errno: 1, origins: ['setup'] }),
    ];
    const { syscalls } = toSeccomp({ calls, contributors: X86 }, [group({ name: 'futex', reason: 'r' })]);
    assert.deepEqual(syscalls, [
      { names: ['futex'], action: 'SCMP_ACT_ALLOW' },
      { names: ['bpf', 'ptrace'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 },
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
    ]);
  });

  it("is the union over ABIs, of which the machine's own is always one", () => {
    const calls = [call('_llseek', { abi: 'i386' }), call('clone3', { abi: 'i386' }), call('clone3', { errno: 38 })];
    const profile = toSeccomp({ calls, contributors: X86 }, []);
    assert.deepEqual(profile.architectures, ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86']);
    assert.deepEqual(allowed(profile), ['_llseek', 'clone3']);
    assert.equal(profile.syscalls.length, 1);
  });

  it('leaves out names that no ABI in use has', () => {
    const calls = [call('nr:470'), call('open', { abi: 'x86_64' }), call('nr:480', { errno: 38 })];
    const groups = [group({ name: 'socketcall', reason: 'r' })];
    assert.deepEqual(allowed(toSeccomp({ calls, contributors: X86 }, groups)), ['open']);
  });

  it('has a conditional call only beside what it stands in for', () => {
    const groups = [group({ name: 'newfstatat', reason: 'r', beside: ['statx', 'openat2'] })];
    assert.deepEqual(allowed(toSeccomp({ calls: [call('read')], contributors: X86 }, groups)), ['read']);
    assert.deepEqual(allowed(toSeccomp({ calls: [call('statx')], contributors: X86 }, groups)), [
      'newfstatat',
      'statx',
    ]);
  });

  it("narrows a group's call to its arguments, unless the workload makes the call", () => {
    const args = [{ index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' as const }];
    const groups = [group({ name: 'clone', reason: 'r', args }), group({ name: 'clone', reason: 'again', args })];
    const narrowed = toSeccomp({ calls: [call('clone', { errno: 38 })], contributors: X86 }, groups);
    assert.deepEqual(narrowed.syscalls, [{ names: ['clone'], action: 'SCMP_ACT_ALLOW', args }]);
    const bare = toSeccomp({ calls: [call('clone')], contributors: X86 }, groups);
    assert.deepEqual(bare.syscalls, [{ names: ['clone'], action: 'SCMP_ACT_ALLOW' }]);
  });

  it("keeps the recorded error number over a group's", () => {
    const groups = [group({ name: 'clone3', reason: 'r', errno: 38 })];
    const errnoOf = (calls: ProfiledCall[]) =>
      toSeccomp({ calls, contributors: X86 }, groups).syscalls.at(-1)?.errnoRet;
    assert.equal(errnoOf([]), 38);
    assert.equal(errnoOf([call('clone3', { errno: 1 })]), 1);
    assert.equal(errnoOf([call('clone3')]), undefined);
  });

  const personality = (value: string, ...origins: ProfiledCall['origins']): ProfiledCall =>
    call('personality', {
      origins,
      arguments: origins.map((origin) => ({ origin, indices: [0], tuples: [value], wide: false })),
    });
  const valuesIn = ({ syscalls }: SeccompProfile): unknown[] =>
    syscalls.flatMap(({ names, args }) =>
      names.includes('personality') ? [args?.map((condition) => Object.values(condition))] : [],
    );

  it('allows a call with the values that were recorded alone, where rules are asked for', () => {
    const container = { calls: [call('read'), personality('8', 'startup')], contributors: X86 };
    assert.deepEqual(valuesIn(toSeccomp(container, [])), [[[0, 0xffffffff, 8, 'SCMP_CMP_MASKED_EQ']]]);
    assert.deepEqual(valuesIn(toSeccomp(container, [], { arguments: 'none', foreign: false })), [undefined]);
    assert.deepEqual([...argumentRulesOf(container, []).ruled.keys()], ['personality']);
  });

  it('has no rules on arguments beside a declared call without, or over two architectures', () => {
    const calls = [personality('8', 'startup')];
    const declared = [group({ name: 'personality', reason: 'r' })];
    assert.deepEqual(valuesIn(toSeccomp({ calls, contributors: X86 }, declared)), [undefined]);
    const i386 = [{ ...calls[0], abi: 'i386' as const } as ProfiledCall];
    assert.deepEqual(valuesIn(toSeccomp({ calls: i386, contributors: X86 }, [])), [undefined]);
    assert.deepEqual([...argumentRulesOf({ calls: i386, contributors: X86 }, []).bare], [['personality', 'abi-union']]);
  });

  it("joins the recorded values with a group's", () => {
    const args = [{ index: 0, value: 0xffffffff, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' as const }];
    const container = { calls: [personality('8', 'startup')], contributors: X86 };
    const groups = [group({ name: 'personality', reason: 'r', args }, { name: 'personality', reason: 'again', args })];
    assert.equal(valuesIn(toSeccomp(container, groups)).length, 2);
  });

  it('leaves out what strangers did, unless asked for', () => {
    const calls = [
      personality('8', 'startup', 'exec:foreign'),
      call('ptrace', { origins: ['exec:foreign'] }),
      call('bpf', { origins: ['exec:foreign'], errno: 38 }),
    ];
    const container = { calls, contributors: X86 };
    assert.deepEqual(
      toSeccomp(container, []).syscalls.flatMap(({ names }) => names),
      ['personality'],
    );
    const asked = toSeccomp(container, [], { arguments: 'safe', foreign: true });
    assert.deepEqual(
      asked.syscalls.flatMap(({ names }) => names),
      ['ptrace', 'personality', 'bpf'],
    );
  });

  it("never allows a call twice, nor names one that the tables don't know, and has the same bytes for the same calls", () => {
    fc.assert(
      fc.property(fc.array(profiledCall), (calls) => {
        const profile = toSeccomp({ calls, contributors: X86 }, declaredGroups());
        const names = profile.syscalls.flatMap((rule) => rule.names);
        // Rules on arguments are alternatives: their call stands once in each, and nowhere without.
        const narrowed = profile.syscalls.filter(({ args }) => args !== undefined);
        const others = profile.syscalls.filter(({ args }) => args === undefined).flatMap((rule) => rule.names);
        assert.equal(new Set(narrowed.map((rule) => JSON.stringify(rule))).size, narrowed.length);
        assert.equal(new Set(others).size, others.length);
        for (const rule of narrowed) assert.ok(rule.names.every((name) => !others.includes(name)));
        assert.ok(names.every((name) => isKnownName(name, ABIS)));
        for (const rule of profile.syscalls) assert.deepEqual(rule.names, rule.names.toSorted());
        const reversed = toSeccomp(
          { calls: calls.filter(isOnlyRow(calls)).toReversed(), contributors: X86 },
          declaredGroups(),
        );
        const forward = toSeccomp({ calls: calls.filter(isOnlyRow(calls)), contributors: X86 }, declaredGroups());
        assert.equal(renderSeccomp(reversed), renderSeccomp(forward));
      }),
    );
  });

  it('lets everything pass that was recorded, with its values, whatever rules are asked for', () => {
    fc.assert(
      fc.property(fc.array(valuedCall, { maxLength: 12 }), fc.constantFrom(...ARGUMENT_MODES), (seen, mode) => {
        const calls = unionOfCalls(seen);
        const profile = toSeccomp({ calls, contributors: X86 }, declaredGroups(), { arguments: mode, foreign: true });
        for (const { name, arguments: values = [] } of seen)
          for (const { tuples, wide } of values)
            for (const tuple of wide ? ['18446744073709551615,3,5'] : tuples)
              assert.ok(allows(profile, name, tuple), `${name}(${tuple})`);
      }),
    );
  });

  const golden = new URL('../../golden/profile/', import.meta.url);
  for (const file of readdirSync(golden).filter((name) => name.endsWith('.calls.json'))) {
    it(`is byte for byte tests/golden/profile/${file.replace('.calls.json', '.seccomp.json')}`, () => {
      const { calls, contributors } = goldenSchema.parse(JSON.parse(readFileSync(new URL(file, golden), 'utf8')));
      const expected = readFileSync(new URL(file.replace('.calls.', '.seccomp.'), golden), 'utf8');
      assert.equal(renderSeccomp(toSeccomp({ calls, contributors }, declaredGroups())), expected);
    });
  }
});

/** Watched calls, with small values that meet and with whole registers; the upper half of an int is gone already. */
const valuedCall: fc.Arbitrary<ProfiledCall> = fc
  .record({
    name: fc.constantFrom(...[...watchedNumbers('x86_64').keys()].map((nr) => nameOf('x86_64', nr))),
    origin: fc.constantFrom<Origin>('startup', 'serving', 'exec:foreign'),
    rows: fc.array(
      fc.tuple(...Array.from({ length: 3 }, () => fc.oneof(fc.bigInt(0n, 20n), fc.bigInt(0n, 2n ** 64n - 1n)))),
      { minLength: 1, maxLength: 5 },
    ),
    wide: fc.boolean(),
  })
  .map(({ name, origin, rows, wide }) => {
    const { indices = [], wide64 = [] } = watchOf('x86_64', name) ?? {};
    const tupleOf = (row: readonly bigint[]): string =>
      indices.map((index, place) => BigInt.asUintN(wide64.includes(index) ? 64 : 32, row[place] ?? 0n)).join();
    const values = { origin, indices: [...indices], tuples: wide ? [] : rows.map(tupleOf), wide };
    return call(name, { origins: [origin], arguments: [values] });
  });

const goldenSchema = z.object({
  calls: z.array(profiledCallSchema),
  contributors: z.array(z.object({ architecture: z.enum(['x86_64', 'aarch64']) })),
});

/** Rows as unionOfCalls leaves them: one error number per name. */
function isOnlyRow(calls: readonly ProfiledCall[]): (row: ProfiledCall) => boolean {
  return (row) =>
    calls.find(({ name, errno }) => name === row.name && (errno === undefined) === (row.errno === undefined)) === row;
}
