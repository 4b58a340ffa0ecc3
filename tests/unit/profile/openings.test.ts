import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { OciProfile } from '../../../profile/oci-profile.ts';
import { ociProfileSchema } from '../../../profile/oci-profile.ts';
import { allowsMore } from '../../../profile/openings.ts';
import { permissionOf } from '../../../profile/permits.ts';

const equals = (...values: number[]) => values.map((value, index) => ({ index, value, op: 'SCMP_CMP_EQ' }));
const rule = (action: string, name: string, args: readonly object[] = []) => ({
  names: [name],
  action: `SCMP_ACT_${action}`,
  args,
});
const allow = (name: string, args: readonly object[] = []) => rule('ALLOW', name, args);

function profile(syscalls: readonly object[], more: object = {}): OciProfile {
  return ociProfileSchema.parse({
    defaultAction: 'SCMP_ACT_ERRNO',
    architectures: ['SCMP_ARCH_X86_64'],
    ...more,
    syscalls,
  });
}

describe('whether a profile allows more than another', () => {
  it('is so for a call, for other values, for any value and for an architecture', () => {
    const before = profile([allow('read'), allow('socket', equals(1))]);
    const wider = [
      profile([allow('mkdir')]),
      profile([allow('socket', equals(2))]),
      profile([allow('socket')]),
      profile([], { architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] }),
      profile([], { defaultAction: 'SCMP_ACT_LOG' }),
      profile([rule('NOTIFY', 'read'), rule('NOTIFY', 'mkdir')]),
    ];
    for (const after of wider) assert.equal(allowsMore(before, after), true, JSON.stringify(after));
  });

  it('is not so where calls, values or an architecture are gone, or answered otherwise', () => {
    const before = profile([allow('read'), allow('socket', equals(1)), allow('socket', equals(2))]);
    const narrower = [
      profile([]),
      profile([allow('socket', equals(2))]),
      profile([allow('read', equals(7))]),
      profile([rule('LOG', 'read')]),
      profile([rule('ERRNO', 'clone3')]),
      profile([rule('KILL', 'read')], { defaultAction: 'SCMP_ACT_KILL_PROCESS', architectures: [] }),
    ];
    for (const after of narrower) assert.equal(allowsMore(before, after), false, JSON.stringify(after));
  });

  it('is so where a profile that allows by default forgets what it forbade', () => {
    const forbidding = (args: readonly object[]) =>
      profile([rule('ERRNO', 'socket', args)], { defaultAction: 'SCMP_ACT_ALLOW' });
    const open = profile([], { defaultAction: 'SCMP_ACT_ALLOW' });
    for (const args of [[], equals(1)]) {
      assert.equal(allowsMore(forbidding(args), open), true);
      assert.equal(allowsMore(open, forbidding(args)), false);
    }
  });

  it('is never denied of a profile that lets one call more through', () => {
    const some = fc
      .tuple(
        fc.constantFrom('SCMP_ACT_ERRNO', 'SCMP_ACT_ALLOW'),
        fc.array(
          fc
            .tuple(
              fc.constantFrom('ALLOW', 'ERRNO', 'LOG'),
              fc.constantFrom('read', 'socket'),
              fc.constantFrom([], equals(1), equals(2), equals(1, 2)),
            )
            .map((parts) => rule(...parts)),
          { maxLength: 3 },
        ),
      )
      .map(([defaultAction, list]) => profile(list, { defaultAction }));
    const calls = ['read', 'socket', 'bpf'].flatMap((name) => ['1,1', '1,2', '2,1'].map((tuple) => ({ name, tuple })));
    const lets = (asked: OciProfile, { name, tuple }: (typeof calls)[number]): boolean =>
      permissionOf(asked, 'x86_64', { abi: 'x86_64', name, values: { indices: [0, 1], tuples: [tuple] } }).kind ===
      'allowed';
    fc.assert(
      fc.property(some, some, (before, after) => {
        assert.equal(allowsMore(before, before), false);
        if (allowsMore(before, after)) return;
        for (const call of calls) assert.ok(!lets(after, call) || lets(before, call), JSON.stringify(call));
      }),
    );
  });
});
