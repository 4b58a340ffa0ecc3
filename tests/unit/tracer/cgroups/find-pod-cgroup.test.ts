import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { findPodCgroup, listPods } from '../../../../tracer/cgroups/find-pod-cgroup.ts';
import { findHierarchy } from '../../../../tracer/cgroups/hierarchy.ts';
import { TemporaryTree } from '../../../temporary-tree.ts';

const UID = '3f1f9c1e-5f0e-4b52-9d6c-0123456789ab';
const OTHER = '11111111-5f0e-4b52-9d6c-0123456789ab';
const slice = (uid: string): string => uid.replaceAll('-', '_');

describe("finding a pod's cgroup", () => {
  const layouts: readonly [string, string][] = [
    ['the cgroupfs driver', `kubepods/besteffort/pod${UID}`],
    ['the systemd driver', `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${slice(UID)}.slice`],
    ["a kubelet's own root", `node2/kubepods/pod${UID}`],
    [
      'kind, seen from outside',
      `system.slice/docker-abc.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod${slice(UID)}.slice`,
    ],
  ];
  for (const [where, path] of layouts) {
    it(`works with ${where}, and gives the inode as id`, () => {
      using tree = new TemporaryTree();
      tree.directory('system.slice/cron.service');
      tree.directory(`kubepods/besteffort/pod${OTHER}/container`);
      const full = tree.directory(path);
      assert.deepEqual(findPodCgroup(tree.root, UID), { path: full, id: statSync(full, { bigint: true }).ino });
    });
  }

  it('is not fooled by a directory of that name inside another pod', () => {
    using tree = new TemporaryTree();
    tree.directory(`kubepods/pod${OTHER}/container/kubepods/pod${UID}`);
    assert.equal(findPodCgroup(tree.root, UID), undefined);
    const real = tree.directory(`a/b/kubepods/burstable/pod${UID}`);
    assert.equal(findPodCgroup(tree.root, UID)?.path, real);
  });

  it('ends where there is none, however deep the tree', () => {
    using tree = new TemporaryTree();
    tree.directory(join(...Array.from({ length: 20 }, () => 'kubepods'), `pod${UID}`));
    assert.equal(findPodCgroup(tree.root, UID), undefined);
    assert.equal(findPodCgroup(join(tree.root, 'nothing'), UID), undefined);
  });
});

describe('listing the pods of a node', () => {
  it('finds them below every root and driver, and none inside a pod', () => {
    using tree = new TemporaryTree();
    tree.directory(`kubepods/besteffort/pod${UID}/kubepods/pod22222222-5f0e-4b52-9d6c-0123456789ab`);
    tree.directory(`kubepods.slice/kubepods-pod${slice(OTHER)}.slice`);
    tree.directory('system.slice/podman.service');
    assert.deepEqual(listPods(tree.root), new Set([UID, OTHER]));
    assert.deepEqual(listPods(join(tree.root, 'system.slice')), new Set());
  });

  it('does not take a part for the whole', () => {
    using tree = new TemporaryTree();
    tree.directory(`kubepods/pod${UID}`);
    for (let nr = 0; nr < 10; nr += 1) tree.directory(String(nr));
    assert.deepEqual(listPods(tree.root, { depth: 8, directories: 12 }), new Set([UID]));
    assert.equal(listPods(tree.root, { depth: 8, directories: 11 }), undefined);
  });
});

describe("the node's cgroup v2 hierarchy", () => {
  it('is the root where nothing but v2 is mounted', () => {
    using tree = new TemporaryTree();
    tree.file('cgroup.controllers', '');
    tree.file('unified/cgroup.controllers', '');
    assert.deepEqual(findHierarchy(tree.root), { kind: 'v2', path: tree.root });
  });

  it('is below `unified` beside v1, and nowhere with v1 alone', () => {
    using tree = new TemporaryTree();
    tree.directory('memory');
    assert.equal(findHierarchy(tree.root), undefined);
    tree.file('unified/cgroup.controllers', '');
    assert.deepEqual(findHierarchy(tree.root), { kind: 'hybrid', path: join(tree.root, 'unified') });
  });
});
