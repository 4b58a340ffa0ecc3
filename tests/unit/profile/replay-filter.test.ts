/** The filters under which canaries replay, and the bound that they are held to. */
import assert from 'node:assert/strict';
import { declaredGroups } from '../../../profile/declared-groups.ts';
import { boundOf } from '../../../profile/default-bound.ts';
import { ociProfileSchema, type OciProfile } from '../../../profile/oci-profile.ts';
import { replayFilter } from '../../../profile/replay-filter.ts';
import { toSeccomp } from '../../../profile/seccomp.ts';
import type { ProfiledCall } from '../../../profile/syscall-profile.ts';
import { withinBound } from '../../../profile/within-bound.ts';
import type { FileProfile } from '../../../profile/write-oci.ts';

const NONE = boundOf({ add: [], drop: ['ALL'] });
const CLONE_FLAGS = 0x7e020000;
const LOW = 0xffffffff;

function profile(syscalls: readonly object[], more: object = {}): OciProfile {
  const head = { defaultAction: 'SCMP_ACT_ERRNO', architectures: ['SCMP_ARCH_X86_64'] };
  return ociProfileSchema.parse({ ...head, syscalls, ...more });
}

function allow(name: string, ...args: readonly object[]): object {
  return { names: [name], action: 'SCMP_ACT_ALLOW', args };
}

function is(value: number, op = 'SCMP_CMP_EQ', valueTwo?: number): object {
  return { index: 0, op, value, valueTwo };
}

/** What the filter does with a call, whatever its arguments: its actions, with the number of conditions of each rule. */
function actionsOf(file: FileProfile, name: string): string[] {
  const rules = file.syscalls.filter(({ names }) => names.includes(name));
  return rules
    .map(({ action, errnoRet, args }) => [action.slice(9), errnoRet, args?.length].filter(Boolean).join(' '))
    .sort();
}

function fileOf(of: OciProfile, mode: 'log' | 'enforce', bound = NONE as typeof NONE | null): FileProfile {
  const filter = replayFilter(of, mode, bound);
  assert.ok(filter.kind === 'filter', JSON.stringify(filter));
  return filter.file;
}

describe('the bound of what is placed', () => {
  it('is what RuntimeDefault allows with the capabilities that the container has', () => {
    assert.deepEqual(NONE.get('read'), [[]]);
    for (const name of ['chroot', 'mount', 'bpf', 'keyctl', 'clone3']) assert.equal(NONE.has(name), false, name);
    assert.ok(boundOf({ add: [], drop: [] }).has('chroot'));
    assert.equal(boundOf({ add: [], drop: ['SYS_CHROOT'] }).has('chroot'), false);
    assert.equal(boundOf({ add: ['CAP_SYS_CHROOT'], drop: ['ALL'] }).has('chroot'), true);
    const admin = boundOf({ add: ['sys_admin'], drop: ['ALL'] });
    assert.deepEqual([admin.has('mount'), admin.get('clone'), admin.has('chroot')], [true, [[]], false]);
    assert.equal(boundOf({ add: ['ALL'], drop: ['SYS_ADMIN'] }).has('mount'), false);
    assert.equal(boundOf({ add: ['ALL'], drop: [] }).has('bpf'), true);
  });

  it('holds calls that RuntimeDefault narrows to its conditions', () => {
    assert.deepEqual(NONE.get('clone'), [[{ index: 0, op: 'SCMP_CMP_MASKED_EQ', value: CLONE_FLAGS, valueTwo: 0 }]]);
    assert.deepEqual([NONE.get('personality')?.length, NONE.get('socket')?.length], [5, 3]);
  });

  it('has room for every profile that Flak makes of what RuntimeDefault let through', () => {
    const calls = [...NONE.keys()].map((name): ProfiledCall => ({ abi: 'x86_64', name, origins: ['startup'] }));
    const of = toSeccomp({ calls, contributors: [{ architecture: 'x86_64' }] }, declaredGroups());
    assert.deepEqual(withinBound(ociProfileSchema.parse(of), NONE).kind, 'within');
  });

  it('keeps what is plainly within it', () => {
    const rules = [
      allow('socket', is(LOW, 'SCMP_CMP_MASKED_EQ', 2), { index: 1, op: 'SCMP_CMP_EQ', value: 1 }),
      allow('socket', is(39)),
      allow('socket', is(LOW, 'SCMP_CMP_MASKED_EQ', 41)),
      allow('personality', is(8)),
      allow('clone', is(CLONE_FLAGS, 'SCMP_CMP_MASKED_EQ', 0)),
      allow('clone', is(0x11)),
      { names: ['mount'], action: 'SCMP_ACT_ERRNO' },
    ];
    const held = withinBound(profile(rules), NONE);
    assert.deepEqual(held, { kind: 'within', rules: profile(rules).rules });
  });

  for (const [what, rule] of [
    ['a call that it has not', allow('bpf')],
    ['a family of sockets that it leaves out', allow('socket', is(LOW, 'SCMP_CMP_MASKED_EQ', 40))],
    ['a family of sockets that it leaves out, said plainly', allow('socket', is(38))],
    ['a new user namespace', allow('clone', is(CLONE_FLAGS, 'SCMP_CMP_MASKED_EQ', 0x10000000))],
    ['flags that are looked at in part', allow('clone', is(0x10000000, 'SCMP_CMP_MASKED_EQ', 0))],
    ['a persona that it does not know', allow('personality', is(4))],
    ['a part of a number', allow('personality', is(0xff, 'SCMP_CMP_MASKED_EQ', 8))],
    ['what can not be told', allow('socket', is(3, 'SCMP_CMP_LE'))],
    ['another argument', allow('socket', { index: 1, op: 'SCMP_CMP_EQ', value: 1 })],
    ['alternatives that look like one condition', allow('socket', is(2), is(40))],
    ['what a tracer decides', { names: ['read'], action: 'SCMP_ACT_TRACE' }],
    ['what is logged only', { names: ['bpf'], action: 'SCMP_ACT_LOG' }],
    ['what depends on where it runs', { names: ['read'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_BPF'] } }],
  ] as const)
    it(`does not take ${what}`, () => {
      assert.equal(withinBound(profile([rule]), NONE).kind, 'beyond');
    });

  it('names what is beyond it, an open default among that', () => {
    const open = profile([allow('keyctl'), allow('bpf')], { defaultAction: 'SCMP_ACT_LOG' });
    assert.deepEqual(replayFilter(open, 'enforce', NONE), {
      kind: 'beyond',
      names: ['bpf', 'every call without a rule', 'keyctl'],
    });
  });
});

describe('the filter of the run under the profile itself', () => {
  const own = profile([allow('read'), allow('bpf'), allow('clone')]);

  it('is the profile, where nothing bounds it', () => {
    const file = fileOf(own, 'enforce', null);
    assert.deepEqual([file.defaultAction, file.architectures], ['SCMP_ACT_ERRNO', ['SCMP_ARCH_X86_64']]);
    assert.deepEqual([actionsOf(file, 'bpf'), actionsOf(file, 'clone')], [['ALLOW'], ['ALLOW']]);
  });

  it('is narrowed where RuntimeDefault narrows a call', () => {
    const file = fileOf(profile([allow('read'), allow('clone'), allow('socket')]), 'enforce');
    assert.deepEqual([actionsOf(file, 'read'), actionsOf(file, 'clone')], [['ALLOW'], ['ALLOW 1']]);
    assert.deepEqual(actionsOf(file, 'socket'), ['ALLOW 1', 'ALLOW 1', 'ALLOW 1']);
  });
});

describe('the filter of the run that only logs', () => {
  const rules = [
    allow('read'),
    allow('socket', is(2)),
    { names: ['clone3', 'mount'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
    { names: ['write'], action: 'SCMP_ACT_KILL' },
  ];

  it('lets through what the profile denies, and all of a machine’s interfaces, where nothing bounds it', () => {
    const file = fileOf(profile(rules), 'log', null);
    assert.deepEqual(file.architectures, ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32']);
    assert.equal(file.defaultAction, 'SCMP_ACT_LOG');
    assert.deepEqual(
      ['read', 'clone3', 'write'].map((name) => actionsOf(file, name)),
      [['ALLOW'], ['ERRNO 38'], []],
    );
    const arm = fileOf(profile([], { architectures: ['SCMP_ARCH_AARCH64'] }), 'log', null);
    assert.deepEqual(arm.architectures, ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']);
  });

  it('logs what RuntimeDefault lets through, and answers the rest as RuntimeDefault does', () => {
    const file = fileOf(profile(rules), 'log');
    assert.deepEqual([file.defaultAction, file.defaultErrnoRet], ['SCMP_ACT_ERRNO', 1]);
    const names = ['read', 'write', 'accept4', 'mount', 'clone3', 'bpf', 'clone'];
    assert.deepEqual(
      names.map((name) => actionsOf(file, name)),
      [['ALLOW'], ['LOG'], ['LOG'], ['ERRNO 38'], ['ERRNO 38'], [], ['LOG 1']],
    );
    assert.deepEqual(actionsOf(file, 'socket'), ['LOG 1', 'LOG 1', 'LOG 1']);
  });

  it('answers clone3 ENOSYS unless the container may call it', () => {
    assert.deepEqual(actionsOf(fileOf(profile([]), 'log'), 'clone3'), ['ERRNO 38']);
    assert.deepEqual(actionsOf(fileOf(profile([]), 'log', boundOf({ add: ['SYS_ADMIN'], drop: [] })), 'clone3'), [
      'LOG',
    ]);
  });
});
