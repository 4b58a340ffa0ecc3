import assert from 'node:assert/strict';
import { MEASURED } from '../../../profile/base-set-measured.ts';
import { declaredGroups } from '../../../profile/declared-groups.ts';
import { ABIS } from '../../../profile/recording.ts';
import { toSeccomp } from '../../../profile/seccomp.ts';
import { isKnownName } from '../../../profile/syscalls/names.ts';

const CHANGES_MOUNTS_OR_NAMESPACES =
  /^(mount|mount_setattr|umount2|pivot_root|move_mount|open_tree.*|fs(open|config|mount|pick)|setns|unshare|chroot)$/;

describe('the declared groups', () => {
  const calls = declaredGroups().flatMap((group) => group.calls);

  it('give a reason for each call, and know all of them', () => {
    for (const { name, reason } of calls) {
      assert.ok(reason.length > 10, name);
      assert.ok(isKnownName(name, ABIS), name);
    }
  });

  it('have all that a runtime was measured to need, but nothing that changes mounts or namespaces', () => {
    const declared = new Set(calls.map(({ name }) => name));
    const measured = MEASURED.flatMap((set) => [...set.withNoNewPrivileges, ...set.withoutNoNewPrivileges]);
    assert.ok(measured.length > 0);
    for (const name of measured) assert.equal(declared.has(name), !CHANGES_MOUNTS_OR_NAMESPACES.test(name), name);
    for (const name of declared) assert.doesNotMatch(name, CHANGES_MOUNTS_OR_NAMESPACES);
  });

  it('are measured over at least a hundred starts of each runtime', () => {
    assert.deepEqual(new Set(MEASURED.map(({ runtime }) => runtime)), new Set(['crun', 'runc']));
    for (const { starts } of MEASURED) assert.ok(starts >= 100);
  });

  it('let threads be cloned, but no namespaces, and send glibc from clone3 to clone', () => {
    const { syscalls } = toSeccomp({ calls: [], contributors: [{ architecture: 'x86_64' }] }, declaredGroups());
    const rulesOf = (name: string) => syscalls.filter(({ names }) => names.includes(name));
    assert.deepEqual(
      rulesOf('clone').map(({ args }) => args),
      [[{ index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }]],
    );
    assert.deepEqual(
      rulesOf('clone3').map(({ errnoRet }) => errnoRet),
      [38],
    );
  });

  it('tell which values the runtimes pass where values are enforced, so that workloads may pass no others', () => {
    const { syscalls } = toSeccomp({ calls: [], contributors: [{ architecture: 'x86_64' }] }, declaredGroups());
    const valuesOf = (name: string) =>
      syscalls
        .filter(({ names }) => names.includes(name))
        .map(({ args }) => args?.map((condition) => Object.values(condition)));
    const [KEEPCAPS, CAPBSET_DROP, CAP_AMBIENT, SET_VMA] = [8, 24, 47, 0x53564d41];
    const options = [SET_VMA, CAPBSET_DROP, CAP_AMBIENT, KEEPCAPS];
    assert.deepEqual(
      valuesOf('prctl'),
      options.map((option) => [[0, 0xffffffff, option, 'SCMP_CMP_MASKED_EQ']]),
    );
    assert.ok(valuesOf('ioctl').every((args) => args !== undefined));
    for (const { values, withNoNewPrivileges, withoutNoNewPrivileges } of MEASURED)
      for (const name of Object.keys(values))
        assert.ok([...withNoNewPrivileges, ...withoutNoNewPrivileges].includes(name));
  });
});
