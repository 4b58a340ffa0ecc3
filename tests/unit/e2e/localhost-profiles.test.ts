import assert from 'node:assert/strict';
import type { SeccompProfile } from '../../../profile/seccomp.ts';
import { without } from '../../e2e/localhost-profiles.ts';

describe('a profile without one call', () => {
  it('keeps every other rule, and drops a rule that named nothing else', () => {
    const profile: SeccompProfile = {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 1,
      architectures: ['SCMP_ARCH_X86_64'],
      syscalls: [
        { names: ['bind', 'read'], action: 'SCMP_ACT_ALLOW' },
        { names: ['bind'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
      ],
    };
    assert.deepEqual(without(profile, 'bind').syscalls, [{ names: ['read'], action: 'SCMP_ACT_ALLOW' }]);
    assert.deepEqual(without(profile, 'absent'), profile);
  });
});
