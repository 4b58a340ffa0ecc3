import assert from 'node:assert/strict';
import { defaultEffect, effectsOf } from '../../../profile/effect.ts';
import { ociProfileSchema } from '../../../profile/oci-profile.ts';

function effects(syscalls: readonly object[], defaults: object = {}): Record<string, string> {
  const profile = ociProfileSchema.parse({ defaultAction: 'SCMP_ACT_ERRNO', ...defaults, syscalls });
  return Object.fromEntries([...effectsOf(profile)].map(([name, { text }]) => [name, text]));
}

const allow = (names: string[], args?: object[]) => ({ names, action: 'SCMP_ACT_ALLOW', ...(args && { args }) });
const equals = (index: number, value: number) => ({ index, value, op: 'SCMP_CMP_EQ' });

describe('what a profile does with a call', () => {
  it('is one text for equal effects, in whatever order the rules stand', () => {
    const [one, other] = [allow(['socket'], [equals(0, 1)]), allow(['socket'], [equals(0, 2)])];
    assert.deepEqual(effects([one, other]), { socket: 'allowed if domain == AF_INET or domain == AF_UNIX' });
    assert.deepEqual(effects([other, one, one]), effects([one, other]));
  });

  it('is the bare rule where there is one: libseccomp drops the others', () => {
    assert.deepEqual(effects([allow(['socket'], [equals(0, 1)]), allow(['socket'])]), { socket: 'allowed' });
  });

  it('leaves out what the default does anyway', () => {
    const answered = (names: string[], errnoRet?: number) => ({ names, action: 'SCMP_ACT_ERRNO', errnoRet });
    assert.deepEqual(effects([answered(['a']), answered(['b'], 1), answered(['c'], 38)]), { c: 'answered ENOSYS' });
    assert.deepEqual(effects([answered(['d'], 1)], { defaultErrnoRet: 38 }), { d: 'answered EPERM' });
    assert.deepEqual(effects([answered(['d'], 77)]), { d: 'answered errno 77' });
  });

  it('names arguments and values that Flak knows, and shows others as numbers', () => {
    const masked = (value: number, valueTwo: number) => ({ index: 0, value, valueTwo, op: 'SCMP_CMP_MASKED_EQ' });
    assert.deepEqual(
      effects([
        allow(['clone'], [masked(0x7e020000, 0)]),
        allow(['personality'], [masked(0xffffffff, 8)]),
        allow(['read'], [equals(2, 5000)]),
      ]),
      {
        clone: 'allowed if flags & CLONE_NEW* == 0',
        personality: 'allowed if persona == 8',
        read: 'allowed if arg2 == 0x1388',
      },
    );
  });

  it('knows every comparison', () => {
    const texts = ['NE', 'LT', 'LE', 'GT', 'GE'].map(
      (op) => effects([allow(['read'], [{ index: 1, value: 3, op: `SCMP_CMP_${op}` }])])['read'],
    );
    assert.deepEqual(
      texts,
      ['!=', '<', '<=', '>', '>='].map((sign) => `allowed if arg1 ${sign} 3`),
    );
  });

  it('knows every action', () => {
    const of = (action: string): string =>
      defaultEffect(ociProfileSchema.parse({ defaultAction: `SCMP_ACT_${action}` })).text;
    assert.deepEqual(['LOG', 'TRACE', 'NOTIFY', 'TRAP', 'KILL_PROCESS', 'KILL_THREAD', 'KILL'].map(of), [
      'allowed and logged',
      'left to a tracer',
      'left to a listener',
      'ended by SIGSYS',
      'kills the process',
      'kills the thread',
      'kills the thread',
    ]);
  });

  it('takes rules for some containers only as conditions, and answers beside them', () => {
    const scoped = [
      { names: ['clone3'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38, excludes: { caps: ['CAP_SYS_ADMIN'] } },
    ];
    assert.deepEqual(effects(scoped), {
      clone3: 'answered ENOSYS if without caps CAP_SYS_ADMIN or with caps CAP_SYS_ADMIN',
    });
  });

  it('reads the names and architectures of older files', () => {
    const { architectures, rules } = ociProfileSchema.parse({
      defaultAction: 'SCMP_ACT_ERRNO',
      archMap: [
        { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] },
        { architecture: 'SCMP_ARCH_ARM' },
      ],
      syscalls: [{ name: 'read', action: 'SCMP_ACT_ALLOW', includes: { minKernel: '4.8' } }],
    });
    assert.deepEqual(architectures, ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_ARM']);
    assert.deepEqual(rules, [
      { names: ['read'], action: 'SCMP_ACT_ALLOW', errno: null, args: [], where: 'with minKernel 4.8' },
    ]);
  });
});
