import assert from 'node:assert/strict';
import type { FindingCode } from '../../../profile/check.ts';
import { checkProfile, FINDINGS } from '../../../profile/check.ts';
import { readProfile } from '../../../profile/document.ts';
import { ociProfileSchema } from '../../../profile/oci-profile.ts';
import { webProfile } from './web-profile.ts';

const X86_64 = ['SCMP_ARCH_X86_64'];
const equals = (index: number, value: number) => ({ index, value, op: 'SCMP_CMP_EQ' });
const allow = (names: string[], args: object[] = []) => ({ names, action: 'SCMP_ACT_ALLOW', args });

function check(syscalls: readonly object[], more: object = {}): string[] {
  const file = { defaultAction: 'SCMP_ACT_ERRNO', architectures: X86_64, ...more, syscalls };
  return checkProfile({ seccomp: ociProfileSchema.parse(file), recorded: null }).map(({ code, subject }) =>
    `${code} ${subject}`.trim(),
  );
}

/** The findings, but for risks, of a file in Flak's format that was changed. */
function checkFlak(change: (flak: ReturnType<typeof webProfile>) => object): string[] {
  const reading = readProfile(JSON.stringify(change(webProfile(2))), 'web.json');
  assert.ok(reading.kind === 'read');
  const findings = checkProfile(reading.document).filter(({ severity }) => severity !== 'risk');
  return findings.map(({ code, subject }) => `${code} ${subject}`);
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
  'recording-differs': checkFlak((flak) => {
    const [first, ...others] = flak.seccomp.syscalls;
    const names = first?.names.filter((name) => name !== 'accept4') ?? [];
    return { ...flak, seccomp: { ...flak.seccomp, syscalls: [{ ...first, names }, ...others] } };
  }),
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
  'recording-differs': 'accept4',
  'severe-call': 'bpf',
  'elevated-call': 'keyctl',
};

describe('checking a profile', () => {
  for (const code of Object.keys(FINDINGS) as FindingCode[])
    it(`finds ${code}, and nothing else, where it is`, () => {
      assert.deepEqual(CASES[code], [`${code} ${SUBJECTS[code] ?? ''}`.trim()]);
    });

  it("finds no error in Flak's own profiles", () => {
    assert.deepEqual(
      checkFlak((flak) => flak),
      [],
    );
  });

  it('finds what was added to the rules by hand, and what was taken from the recording', () => {
    assert.deepEqual(
      checkFlak((flak) => {
        const syscalls = [...flak.seccomp.syscalls, { names: ['bpf'], action: 'SCMP_ACT_ALLOW' }];
        return { ...flak, seccomp: { ...flak.seccomp, syscalls } };
      }),
      ['recording-differs bpf'],
    );
    assert.deepEqual(
      checkFlak((flak) => ({ ...flak, calls: flak.calls.filter(({ name }) => name !== 'accept4') })),
      ['recording-differs accept4'],
    );
  });

  it('judges names beside an architecture that there is not', () => {
    assert.deepEqual(check([allow(['raed'])], { architectures: ['SCMP_ARCH_FOO'] }), [
      'unknown-name raed',
      'unknown-architecture SCMP_ARCH_FOO',
    ]);
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
    const findings = checkProfile({ seccomp: ociProfileSchema.parse(file), recorded: null });
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
