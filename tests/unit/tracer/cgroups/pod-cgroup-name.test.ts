import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAnyPodCgroup, isPodCgroup } from '../../../../tracer/cgroups/pod-cgroup-name.ts';

const UID = '3f1f9c1e-5f0e-4b52-9d6c-0123456789ab';
const IN_SLICE = '3f1f9c1e_5f0e_4b52_9d6c_0123456789ab';

describe("a pod's cgroup", () => {
  const own: readonly [name: string, parent: string, where: string][] = [
    [`pod${UID}`, 'kubepods', 'cgroupfs, guaranteed'],
    [`pod${UID}`, 'burstable', 'cgroupfs, burstable'],
    [`pod${UID}`, 'besteffort', 'cgroupfs, best effort'],
    [`kubepods-pod${IN_SLICE}.slice`, 'kubepods.slice', 'systemd, guaranteed'],
    [`kubepods-burstable-pod${IN_SLICE}.slice`, 'kubepods-burstable.slice', 'systemd, burstable'],
    [`kubepods-besteffort-pod${IN_SLICE}.slice`, 'kubepods-besteffort.slice', 'systemd, best effort'],
    [`kubelet-kubepods-besteffort-pod${IN_SLICE}.slice`, 'kubelet-kubepods-besteffort.slice', 'systemd, in kind'],
  ];
  for (const [name, parent, where] of own) {
    it(`is known by its name: ${where}`, () => {
      assert.ok(isPodCgroup(name, parent, UID));
      assert.ok(isAnyPodCgroup(name));
    });
  }

  const others: readonly [name: string, parent: string, why: string][] = [
    [`pod${UID}`, 'a-container', 'a directory that a container made'],
    [`pod${UID}x`, 'kubepods', 'a longer name'],
    [`kubepods-pod${IN_SLICE}.scope`, 'kubepods.slice', 'a scope'],
    [`kubepods-podx${IN_SLICE}.slice`, 'kubepods.slice', 'another word'],
    [`user-pod${IN_SLICE}.slice`, 'user.slice', 'a slice outside kubepods'],
    ['kubepods-burstable.slice', 'kubepods.slice', 'the parent of pods'],
  ];
  for (const [name, parent, why] of others) {
    it(`is not ${why}`, () => {
      assert.ok(!isPodCgroup(name, parent, UID));
    });
  }

  it('belongs to one UID only', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (a, b) => {
        fc.pre(a !== b);
        assert.ok(!isPodCgroup(`pod${a}`, 'kubepods', b));
        assert.ok(!isPodCgroup(`kubepods-pod${a.replaceAll('-', '_')}.slice`, 'kubepods.slice', b));
      }),
    );
  });
});
