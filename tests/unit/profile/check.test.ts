import assert from 'node:assert/strict';
import type { FindingCode } from '../../../profile/check.ts';
import { checkProfile, FINDINGS } from '../../../profile/check.ts';
import { declaredGroups } from '../../../profile/declared-groups.ts';
import { ociProfileSchema } from '../../../profile/oci-profile.ts';
import { toSeccomp } from '../../../profile/seccomp.ts';
import { newestOf, webStatus } from './web-profile.ts';

const X86_64 = ['SCMP_ARCH_X86_64'];
const equals = (index: number, value: number) => ({ index, value, op: 'SCMP_CMP_EQ' });
const allow = (names: string[], args: object[] = []) => ({ names, action: 'SCMP_ACT_ALLOW', args });

function check(syscalls: readonly object[], more: object = {}): string[] {
  const file = { defaultAction: 'SCMP_ACT_ERRNO', architectures: X86_64, ...more, syscalls };
  return checkProfile(ociProfileSchema.parse(file)).map(({ code, subject }) => `${code} ${subject}`.trim());
}

/** One profile for each finding, which must have that one and no other. */
const CASES: Readonly<Record<FindingCode, string[]>> = {
  'unknown-name': check([allow(['raed'])]),
  'unknown-architecture': check([], { architectures: ['x86_64'] }),
  'no-architecture': check([allow(['read'])], { architectures: [] }),
  'not-on-architecture': check([allow(['open'])], { architectures: ['SCMP_ARCH_AARCH64'] }),
  contradiction: check([allow(['read']), { names: ['read'], action: 'SCMP_ACT_LOG' }]),
  duplicate: check([allow(['read']), allow(['write', 'read'])]),
  'arguments-dropped': check([allow(['socket'], [equals(0, 1)]), allow(['socket'])]),
  'repeated-argument': check([allow(['socket'], [equals(0, 1), equals(0, 2)])]),
  'without-effect': check([{ names: ['read'], action: 'SCMP_ACT_ERRNO' }]),
  'allows-everything': check([], { defaultAction: 'SCMP_ACT_ALLOW' }),
  'empty-rule': check([allow([])]),
  'severe-call': check([allow(['bpf'])]),
  'elevated-call': check([allow(['keyctl'])]),
};

const SUBJECTS: Partial<Record<FindingCode, string>> = {
  'unknown-name': 'raed',
  'unknown-architecture': 'x86_64',
  'not-on-architecture': 'open',
  contradiction: 'read',
  duplicate: 'read',
  'arguments-dropped': 'socket',
  'repeated-argument': 'socket',
  'without-effect': 'read',
  'severe-call': 'bpf',
  'elevated-call': 'keyctl',
};

describe('checking a profile', () => {
  for (const code of Object.keys(FINDINGS) as FindingCode[])
    it(`finds ${code}, and nothing else, where it is`, () => {
      assert.deepEqual(CASES[code], [`${code} ${SUBJECTS[code] ?? ''}`.trim()]);
    });

  it("finds no error in Flak's own profiles", () => {
    const own = ociProfileSchema.parse(toSeccomp(newestOf(webStatus(2)), declaredGroups()));
    assert.deepEqual(
      checkProfile(own).filter(({ severity }) => severity !== 'risk'),
      [],
    );
  });

  it('judges no name beside an architecture whose table it does not have', () => {
    assert.deepEqual(check([allow(['riscv_flush_icache', 'open'])], { architectures: ['SCMP_ARCH_RISCV64'] }), []);
  });

  it('lets a narrowed clone pass where a bare one is a risk', () => {
    const flags = { index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' };
    assert.deepEqual(check([allow(['clone'], [flags])]), []);
    assert.deepEqual(check([allow(['clone'])]), ['elevated-call clone']);
  });

  it('takes rules for different containers for no contradiction, and what is only logged for a risk', () => {
    const scoped = [
      { names: ['chmod'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_FOWNER'] } },
      { names: ['chmod'], action: 'SCMP_ACT_LOG', excludes: { caps: ['CAP_FOWNER'] } },
    ];
    assert.deepEqual(check(scoped), []);
    assert.deepEqual(check([{ names: ['bpf'], action: 'SCMP_ACT_LOG' }]), ['severe-call bpf']);
    assert.deepEqual(check([{ names: ['bpf'], action: 'SCMP_ACT_KILL' }]), []);
  });

  it('puts the worst first, and says why', () => {
    const file = {
      defaultAction: 'SCMP_ACT_ERRNO',
      architectures: X86_64,
      syscalls: [allow(['bpf', 'nope', 'also_nope'])],
    };
    const findings = checkProfile(ociProfileSchema.parse(file));
    assert.deepEqual(
      findings.map(({ severity, subject }) => [severity, subject]),
      [
        ['error', 'also_nope'],
        ['error', 'nope'],
        ['risk', 'bpf'],
      ],
    );
    assert.match(findings[2]?.message ?? '', /CVE-2017-16995/);
  });
});
