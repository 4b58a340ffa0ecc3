import assert from 'node:assert/strict';
import { ociProfileSchema } from '../../../profile/oci-profile.ts';
import type { Operator } from '../../../profile/oci-profile.ts';
import type { MadeCall } from '../../../profile/permits.ts';
import { permissionOf } from '../../../profile/permits.ts';

function profileOf(syscalls: object[], more: object = {}) {
  return ociProfileSchema.parse({
    defaultAction: 'SCMP_ACT_ERRNO',
    architectures: ['SCMP_ARCH_X86_64'],
    syscalls,
    ...more,
  });
}

function allow(name: string, ...args: object[]): object {
  return { names: [name], action: 'SCMP_ACT_ALLOW', args };
}

function call(name: string, ...tuples: string[]): MadeCall {
  return { abi: 'x86_64', name, ...(tuples.length > 0 && { values: { indices: [0, 1], tuples } }) };
}

describe('whether a profile lets a call through', () => {
  it('allows what a rule allows, and denies what none does', () => {
    const profile = profileOf([allow('read')]);
    assert.deepEqual(permissionOf(profile, 'x86_64', call('read')), { kind: 'allowed' });
    assert.deepEqual(permissionOf(profile, 'x86_64', call('write')), { kind: 'denied', tuples: [] });
  });

  it('takes an answer of its own for what the profile means', () => {
    const profile = profileOf([{ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 }]);
    assert.equal(permissionOf(profile, 'x86_64', call('clone3')).kind, 'answered');
  });

  it('filters the native architecture in any case, and others where they are listed', () => {
    const made = { ...call('read'), abi: 'i386' as const };
    assert.equal(permissionOf(profileOf([allow('read')]), 'x86_64', made).kind, 'denied');
    assert.equal(
      permissionOf(profileOf([allow('read')], { architectures: ['SCMP_ARCH_X86'] }), 'x86_64', made).kind,
      'allowed',
    );
    assert.equal(
      permissionOf(profileOf([allow('read')], { architectures: [] }), 'x86_64', call('read')).kind,
      'allowed',
    );
  });

  it('lets everything through where that is the default', () => {
    const open = profileOf([], { defaultAction: 'SCMP_ACT_LOG' });
    assert.equal(permissionOf(open, 'x86_64', call('write')).kind, 'allowed');
  });

  it('names the values that no rule allows', () => {
    const unix = { index: 0, value: 0xffffffff, valueTwo: 1, op: 'SCMP_CMP_MASKED_EQ' };
    const profile = profileOf([allow('socket', unix), allow('socket', { index: 0, value: 2, op: 'SCMP_CMP_EQ' })]);
    assert.deepEqual(permissionOf(profile, 'x86_64', call('socket', '1,1', '2,1')), { kind: 'allowed' });
    assert.deepEqual(permissionOf(profile, 'x86_64', call('socket', '1,1', '16,3')), {
      kind: 'denied',
      tuples: ['16,3'],
    });
  });

  it('does not claim to know values that were not recorded', () => {
    const profile = profileOf([allow('socket', { index: 2, value: 0, op: 'SCMP_CMP_EQ' })]);
    assert.equal(permissionOf(profile, 'x86_64', call('socket', '1,1')).kind, 'unsure');
    assert.equal(permissionOf(profile, 'x86_64', call('socket')).kind, 'unsure');
  });

  it('lets the rule without arguments win, as libseccomp does', () => {
    const profile = profileOf([allow('socket', { index: 0, value: 1, op: 'SCMP_CMP_EQ' }), allow('socket')]);
    assert.equal(permissionOf(profile, 'x86_64', call('socket', '16,3')).kind, 'allowed');
  });

  it('asks for all conditions of a rule, and for one of those on the same argument', () => {
    const both = profileOf([
      allow('a', { index: 0, value: 1, op: 'SCMP_CMP_EQ' }, { index: 1, value: 1, op: 'SCMP_CMP_EQ' }),
    ]);
    assert.equal(permissionOf(both, 'x86_64', call('a', '1,2')).kind, 'denied');
    const either = profileOf([
      allow('a', { index: 0, value: 1, op: 'SCMP_CMP_EQ' }, { index: 0, value: 2, op: 'SCMP_CMP_EQ' }),
    ]);
    assert.equal(permissionOf(either, 'x86_64', call('a', '2,9')).kind, 'allowed');
  });

  for (const [op, met] of [
    ['SCMP_CMP_NE', [4, 6]],
    ['SCMP_CMP_LT', [4]],
    ['SCMP_CMP_LE', [4, 5]],
    ['SCMP_CMP_EQ', [5]],
    ['SCMP_CMP_GE', [5, 6]],
    ['SCMP_CMP_GT', [6]],
  ] as [Operator, number[]][])
    it(`compares with 5 by ${op}`, () => {
      const profile = profileOf([allow('a', { index: 0, value: 5, op })]);
      const allowed = [4, 5, 6].filter((n) => permissionOf(profile, 'x86_64', call('a', `${n},0`)).kind === 'allowed');
      assert.deepEqual(allowed, met);
    });
});
