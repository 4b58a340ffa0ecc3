/** What two runs say of a profile. */
import assert from 'node:assert/strict';
import type { RunEnd } from '../../../../cli/verify/canary/run-end.ts';
import type { Replayed, Runs } from '../../../../cli/verify/canary/verdict.ts';
import { describeVerdict, judgeContainer } from '../../../../cli/verify/canary/verdict.ts';
import { ociProfileSchema } from '../../../../profile/oci-profile.ts';
import type { ProfiledCall, Revision } from '../../../../profile/syscall-profile.ts';

const AT = '2026-01-01T00:00:00.000Z';
const RULES = ociProfileSchema.parse({
  defaultAction: 'SCMP_ACT_ERRNO',
  architectures: ['SCMP_ARCH_X86_64'],
  syscalls: [
    { names: ['read'], action: 'SCMP_ACT_ALLOW' },
    { names: ['openat2'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
  ],
});
const SERVED: RunEnd = { kind: 'served', message: 'became ready and stayed so' };
const CRASHED: RunEnd = { kind: 'crashed', message: 'crashed: container web ended with 1' };
const BOTH: Runs = { log: SERVED, enforce: SERVED };

function made(name: string, more: Partial<ProfiledCall> = {}): ProfiledCall {
  return { abi: 'x86_64', name, origins: ['startup'], firstSeenAt: AT, ...more };
}

function revision(names: readonly (string | ProfiledCall)[] = ['read'], more: Partial<Revision> = {}): Revision {
  return {
    imageDigest: 'sha256:1',
    image: 'web:1',
    firstRecordedAt: AT,
    lastRecordedAt: AT,
    calls: names.map((name) => (typeof name === 'string' ? made(name) : name)),
    completeness: { level: 'observed', reasons: [], notes: [] },
    contributors: [],
    contributorsDropped: 0,
    ...more,
  };
}

function verdict(changes: Partial<Replayed> = {}, runs: Runs = BOTH) {
  const replayed = { container: 'web', profile: 'p', rules: RULES, recorded: revision() };
  return judgeContainer({ ...replayed, logged: revision(), enforced: revision(), ...changes }, runs);
}

describe('the verdict on a profile', () => {
  it('is good where both canaries did nothing that it denies, and all of it was seen', () => {
    const good = verdict();
    assert.deepEqual([good.verified, good.findings, good.doubts], [true, [], []]);
    assert.match(describeVerdict(good).join('\n'), /^flak: web: verified: p allows everything/);
  });

  it('names what the profile denies once, whichever run showed it', () => {
    const enforced = revision(['read', 'mkdir', made('bind', { errno: 1 })]);
    const found = verdict({ logged: revision(['read', 'mkdir', 'accept4']), enforced });
    assert.deepEqual([found.verified, found.findings.map(({ name }) => name)], [false, ['mkdir', 'accept4', 'bind']]);
    const text = describeVerdict(found).join('\n');
    assert.match(text, /not allowed: mkdir at 2026-01-01T00:00:00.000Z \(container web\)/);
    assert.match(text, /web: 3 not allowed by p$/);
  });

  it('holds nothing against it that the present filter denies as well, with the same error', () => {
    const logged = revision([made('keyctl', { errno: 1 }), made('clone3', { errno: 38 })]);
    const enforced = revision([
      made('keyctl', { errno: 1 }),
      made('clone3', { errno: 1 }),
      made('openat2', { errno: 38 }),
    ]);
    assert.deepEqual(
      verdict({ logged, enforced }).findings.map(({ name }) => name),
      ['clone3'],
    );
  });

  const partial = { completeness: { level: 'partial' as const, reasons: ['tracer-lost' as const], notes: [] } };
  for (const [what, changes, runs, doubt] of [
    [
      'the log run crashed',
      { enforced: null },
      { log: CRASHED, enforce: null },
      /with denials logged the canary crashed/,
    ],
    [
      'the second run never happened',
      { enforced: null },
      { log: SERVED, enforce: null },
      /not run under the profile itself/,
    ],
    ['the enforced run crashed', {}, { log: SERVED, enforce: CRASHED }, /under the profile the canary crashed/],
    ['a run left no recording', { logged: null }, BOTH, /nothing was recorded of it in the logged run/],
    [
      'a run was not seen whole',
      { enforced: revision(['read'], partial) },
      BOTH,
      /unseen in the enforced run: tracer-lost/,
    ],
    ['the image is another one', { logged: revision(['read'], { imageDigest: 'sha256:2' }) }, BOTH, /of another image/],
    [
      'the profile is partial itself',
      { recorded: revision(['read'], partial) },
      BOTH,
      /itself is partial\(tracer-lost\)/,
    ],
  ] as const)
    it(`claims nothing where ${what}`, () => {
      const doubtful = verdict(changes, runs);
      assert.deepEqual([doubtful.verified, doubtful.doubts.length > 0], [false, true]);
      assert.match(describeVerdict(doubtful).join('\n'), doubt);
    });

  it('does not doubt for io_uring, which no profile denies', () => {
    const ringed = { completeness: { level: 'partial' as const, reasons: ['io-uring' as const], notes: [] } };
    assert.equal(verdict({ logged: revision(['read'], ringed) }).verified, true);
  });
});
