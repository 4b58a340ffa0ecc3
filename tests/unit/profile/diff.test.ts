import assert from 'node:assert/strict';
import fc from 'fast-check';
import { diffProfiles } from '../../../profile/diff.ts';
import type { ProfileDocument } from '../../../profile/document.ts';
import { ociProfileSchema } from '../../../profile/oci-profile.ts';
import { newestOf, webStatus, WORKLOAD } from './web-profile.ts';

const equals = (value: number) => [{ index: 0, value, op: 'SCMP_CMP_EQ' }];

function document(source: string, syscalls: readonly object[], more: object = {}): ProfileDocument {
  const file = { defaultAction: 'SCMP_ACT_ERRNO', architectures: ['SCMP_ARCH_X86_64'], ...more, syscalls };
  return { source, seccomp: ociProfileSchema.parse(file), recorded: null };
}

const allow = (...names: string[]) => ({ names, action: 'SCMP_ACT_ALLOW' });

describe('the difference of two profiles', () => {
  it('names what is added, removed and changed, how risky it is, and both effects', () => {
    const { syscalls, equal } = diffProfiles(
      document('a', [allow('read', 'write'), { ...allow('socket'), args: equals(1) }]),
      document('b', [allow('read', 'ptrace'), allow('socket')]),
    );
    assert.equal(equal, false);
    assert.deepEqual(
      syscalls.map(({ name, change, before, after, risk }) => [name, change, before, after, risk]),
      [
        ['ptrace', 'added', 'answered EPERM', 'allowed', 'severe'],
        ['socket', 'changed', 'allowed if domain == AF_UNIX', 'allowed', 'ordinary'],
        ['write', 'removed', 'allowed', 'answered EPERM', 'ordinary'],
      ],
    );
  });

  it('sees other arguments of a call that is narrowed in both', () => {
    const narrowed = (value: number) => document('x', [{ ...allow('socket'), args: equals(value) }]);
    assert.deepEqual(
      diffProfiles(narrowed(1), narrowed(2)).syscalls.map(({ change, after }) => [change, after]),
      [['changed', 'allowed if domain == AF_INET']],
    );
  });

  it('is none between two spellings of the same', () => {
    const grouped = document('a', [allow('read', 'write')]);
    const single = document('b', [allow('write'), allow('read'), allow('read')], { defaultErrnoRet: 1 });
    assert.equal(diffProfiles(grouped, single).equal, true);
  });

  it('sees default action and architectures', () => {
    const { defaultAction, architectures, equal } = diffProfiles(
      document('a', []),
      document('b', [], { defaultAction: 'SCMP_ACT_LOG', architectures: ['SCMP_ARCH_AARCH64'] }),
    );
    assert.deepEqual(defaultAction, { before: 'answered EPERM', after: 'allowed and logged' });
    assert.deepEqual(architectures, { added: ['SCMP_ARCH_AARCH64'], removed: ['SCMP_ARCH_X86_64'] });
    assert.equal(equal, false);
  });

  it('says who made a call, and of which images the profiles are, without calling them different for that', () => {
    const recorded = (image: string): ProfileDocument['recorded'] => ({
      workload: WORKLOAD,
      container: 'nginx',
      revisions: [newestOf(webStatus(2, image))],
      groups: null,
    });
    const before = { ...document('a', []), recorded: recorded('nginx:1') };
    const same = { ...document('b', []), recorded: recorded('other:1') };
    const { image, equal, level } = diffProfiles(before, same);
    assert.deepEqual([equal, level, image?.before === image?.after], [true, null, false]);
    const after = { ...document('b', [allow('accept4')]), recorded: recorded('nginx:1') };
    assert.deepEqual(diffProfiles(before, after).syscalls[0]?.origins, ['serving']);
    assert.deepEqual(diffProfiles(after, before).syscalls[0]?.origins, ['serving']);
    assert.equal(diffProfiles(document('a', []), after).level, null);
    const stable: ProfileDocument['recorded'] = {
      workload: WORKLOAD,
      container: 'nginx',
      revisions: [newestOf(webStatus(8))],
      groups: null,
    };
    assert.deepEqual(diffProfiles(before, { ...same, recorded: stable }).level, {
      before: 'observed',
      after: 'stable',
    });
  });

  it('is the same from the other side, turned round', () => {
    const rules = fc.array(
      fc.record({
        names: fc.uniqueArray(fc.constantFrom('read', 'write', 'socket', 'bpf'), { minLength: 1 }),
        action: fc.constantFrom('SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO'),
        args: fc.constantFrom([], equals(1), equals(2)),
      }),
    );
    const turned = { added: 'removed', removed: 'added', changed: 'changed' };
    fc.assert(
      fc.property(rules, rules, (a, b) => {
        const there = diffProfiles(document('a', a), document('b', b));
        const back = diffProfiles(document('b', b), document('a', a));
        assert.equal(there.equal, back.equal);
        assert.deepEqual(
          there.syscalls.map(({ name, change, before, after }) => [name, turned[change], after, before]),
          back.syscalls.map(({ name, change, before, after }) => [name, change, before, after]),
        );
        assert.equal(diffProfiles(document('a', a), document('a', a)).equal, true);
      }),
    );
  });
});
