import assert from 'node:assert/strict';
import { readProfile } from '../../../profile/document.ts';
import type { ExplainedCall, Explanation } from '../../../profile/explain.ts';
import { explainProfile } from '../../../profile/explain.ts';
import { webProfile } from './web-profile.ts';

function explain(content: object): Explanation {
  const reading = readProfile(JSON.stringify(content), 'web.json');
  assert.equal(reading.kind, 'read');
  return explainProfile(reading.document);
}

function call(explanation: Explanation, name: string): ExplainedCall {
  const found = explanation.calls.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
}

describe('explaining a profile', () => {
  const web = explain(webProfile(3));

  it('says of each call who made it, when first, and how many saw it', () => {
    const { origins, firstSeenAt, seenBy, groups } = call(web, 'accept4');
    assert.deepEqual([origins, firstSeenAt, seenBy], [['serving'], '2026-01-05T09:02:00.000Z', 3]);
    assert.deepEqual(groups, []);
    // The runtime's base set has it too, but that is not why it is allowed.
    assert.deepEqual(call(web, 'execve').groups, []);
    assert.equal(call(web, 'wait4').seenBy, 2);
  });

  it('says why a call is allowed that nobody made', () => {
    const { origins, groups, firstSeenAt } = call(web, 'restart_syscall');
    assert.deepEqual([origins, firstSeenAt], [[], null]);
    assert.deepEqual(
      groups.map(({ name }) => name),
      ['portability'],
    );
  });

  it('gives a reason once, though a group has the call for several values', () => {
    const calls = [1, 2].map(() => ({ name: 'bpf', reason: 'seen in 1' }));
    const declared = { ...webProfile(1), groups: [{ name: 'base', description: '', calls }] };
    const bpf = { names: ['bpf'], action: 'SCMP_ACT_ALLOW' };
    const explained = explain({ ...declared, seccomp: { ...declared.seccomp, syscalls: [bpf] } });
    assert.deepEqual(call(explained, 'bpf').groups, [{ name: 'base', reason: 'seen in 1' }]);
  });

  it('gives no reason whose condition is not met', () => {
    const calls = [
      { name: 'clone', reason: 'where clone3 is missing', beside: ['clone3'] },
      { name: 'clone', reason: 'another', beside: ['accept4'] },
    ];
    const declared = { ...webProfile(1), calls: webProfile(1).calls.filter(({ name }) => !/^clone/.test(name)) };
    const clone = { names: ['clone'], action: 'SCMP_ACT_ALLOW' };
    const seccomp = { ...declared.seccomp, syscalls: [clone] };
    const explained = explain({ ...declared, groups: [{ name: 'base', description: '', calls }], seccomp });
    assert.deepEqual(call(explained, 'clone').groups, [{ name: 'base', reason: 'another' }]);
  });

  it('measures what is left of the kernel', () => {
    const { kernel, runtimeDefault, profile, beyondDefault, shut } = web.surface;
    assert.deepEqual([kernel, runtimeDefault], [385, 308]);
    assert.ok(web.surface.recorded > 0 && web.surface.recorded < profile);
    assert.equal(profile, web.calls.filter(({ effect }) => effect.kind !== 'answered').length);
    assert.deepEqual(beyondDefault, ['clone3']);
    assert.ok(shut.includes('bpf') && shut.includes('ptrace') && !shut.includes('clone3'));
  });

  it('draws how first sights came, over the time that was recorded', () => {
    const curve = web.evidence?.curve ?? [];
    assert.equal(curve.at(-1)?.calls, curve.length);
    assert.ok(curve.every(({ share }, index) => share >= (curve[index - 1]?.share ?? 0) && share <= 1));
    // The last two came 8 minutes into the second of three half hours.
    assert.ok(Math.abs((curve.at(-1)?.share ?? 0) - 38 / 90) < 0.001);
  });

  it('names what only strangers did, and what stable would take', () => {
    assert.deepEqual(web.evidence?.foreign, ['ptrace']);
    assert.deepEqual(web.evidence.wants.length, 1);
    assert.equal(explain(webProfile(8)).evidence?.level, 'stable');
    assert.deepEqual(explain(webProfile(8)).evidence?.wants, []);
  });

  it('knows rules alone too, of any architecture', () => {
    const arm = explain({
      defaultAction: 'SCMP_ACT_KILL',
      architectures: ['SCMP_ARCH_AARCH64'],
      syscalls: [
        { names: ['read', 'open', 'nope'], action: 'SCMP_ACT_ALLOW' },
        { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
        { names: ['write'], action: 'SCMP_ACT_LOG' },
      ],
    });
    assert.equal(arm.evidence, null);
    // aarch64 has no open, and nobody has a nope; write is logged and let through; clone3 is not.
    assert.deepEqual([arm.surface.abi, arm.surface.profile, arm.surface.kernel], ['aarch64', 2, 327]);
    assert.deepEqual([call(arm, 'nope').topic, call(arm, 'nope').runtimeDefault.kind], [null, 'unknown']);
    assert.equal(arm.byDefault, 'kills the thread');
    assert.deepEqual(arm.surface.beyondDefault, ['nope']);
  });
});
