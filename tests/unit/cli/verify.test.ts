/** What `flak verify` makes of its two runs. */
import assert from 'node:assert/strict';
import type { Finding } from '../../../cli/verify/findings.ts';
import { denialsOf, findingsOf, unionOfFindings, withPrograms } from '../../../cli/verify/findings.ts';
import type { Verification } from '../../../cli/verify/report.ts';
import { describe as describeReport, toReport } from '../../../cli/verify/report.ts';
import { ociProfileSchema } from '../../../profile/oci-profile.ts';
import type { ProfiledCall } from '../../../profile/syscall-profile.ts';

const PROFILE = ociProfileSchema.parse({
  defaultAction: 'SCMP_ACT_ERRNO',
  architectures: ['SCMP_ARCH_X86_64'],
  syscalls: [
    { names: ['read'], action: 'SCMP_ACT_ALLOW' },
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
    { names: ['socket'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 1, op: 'SCMP_CMP_EQ' }] },
  ],
});
const AT = '2026-01-01T00:00:00.000Z';

function made(name: string, more: Partial<ProfiledCall> = {}): ProfiledCall {
  return { abi: 'x86_64', name, origins: ['startup'], firstSeenAt: AT, ...more };
}

function socket(wide: boolean): ProfiledCall {
  const tuples = wide ? [] : ['1,1', '16,3'];
  return made('socket', { arguments: [{ origin: 'startup', indices: [0, 1], tuples, wide }] });
}

const FOUND: Finding = { abi: 'x86_64', name: 'mkdir', values: [], firstSeenAt: AT, programs: [] };
const CLEAN: Verification = { profile: 'p', findings: [], loggedCode: 0, enforcedCode: 0, reasons: [] };

describe('the findings of flak verify', () => {
  it('are what the command did and the profile denies', () => {
    const calls = [made('read'), made('mkdir'), made('mount', { origins: ['setup'] }), socket(false)];
    const found = findingsOf({ calls }, PROFILE, 'x86_64');
    assert.deepEqual(found, [FOUND, { ...FOUND, name: 'socket', values: ['16,3'] }]);
  });

  it('do not claim anything of values that were too many', () => {
    assert.deepEqual(findingsOf({ calls: [socket(true)] }, PROFILE, 'x86_64'), []);
  });

  it('are what was denied under the profile, too, but for what it means to deny', () => {
    const denied = ['mkdir', 'clone3'].map((name) => made(name, { errno: 1 }));
    const inSetup = made('mount', { errno: 1, origins: ['runtime-filtered'] });
    const found = denialsOf({ calls: [...denied, inSetup, made('read')] }, PROFILE, 'x86_64');
    assert.deepEqual(
      found.map(({ name }) => name),
      ['mkdir'],
    );
  });

  it('name each call once', () => {
    const other = { ...FOUND, name: 'rmdir' };
    assert.deepEqual(unionOfFindings([FOUND], [{ ...FOUND, firstSeenAt: null }, other]), [FOUND, other]);
  });

  it('name the program that the kernel logged at that moment, and no other', () => {
    const line = { abi: 'x86_64', name: 'mkdir', program: 'a', at: new Date(AT) } as const;
    const late = { ...line, program: 'b', at: new Date(Date.parse(AT) + 5000) };
    const [finding, denied] = withPrograms(
      [FOUND, { ...FOUND, firstSeenAt: null }],
      [line, line, late, { ...line, name: 'rmdir' }],
    );
    assert.deepEqual(finding?.programs, ['a']);
    assert.deepEqual(denied?.programs, []);
  });
});

describe('the answer of flak verify', () => {
  it('is yes where nothing was found, nothing unseen, and the end the same', () => {
    assert.equal(toReport(CLEAN).verified, true);
    assert.equal(toReport({ ...CLEAN, findings: [FOUND] }).verified, false);
    assert.equal(toReport({ ...CLEAN, enforcedCode: 1 }).verified, false);
    assert.equal(toReport({ ...CLEAN, reasons: ['ledger-full'] }).verified, false);
    assert.match(describeReport(toReport(CLEAN)).join('\n'), /^flak: verified/);
  });

  it('says how the program took it', () => {
    const say = (more: Partial<Verification>): string =>
      describeReport(toReport({ ...CLEAN, findings: [FOUND], ...more })).join('\n');
    assert.match(say({}), /not allowed: mkdir at .*\n.*the program tolerated it/);
    assert.match(say({ enforcedCode: 1 }), /ended with 1 instead of 0/);
    assert.match(say({ enforcedCode: null }), /could not even be executed/);
    assert.match(say({ reasons: ['ledger-full'] }), /may have gone unseen: ledger-full/);
    const values = ['1', '2', '3', '4', '5'];
    const foreign: Finding = { ...FOUND, abi: 'i386', values, programs: ['a', 'b'], firstSeenAt: null };
    assert.match(say({ findings: [foreign] }), /not allowed: i386 mkdir\(1; 2; 3; 4; …\) by a, b$/m);
  });
});
