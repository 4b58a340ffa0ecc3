import assert from 'node:assert/strict';
import { join } from 'node:path';
import { endOf } from '../../../../tracer/cgroups/pod-end.ts';
import { readPodCgroup } from '../../../../tracer/cgroups/read-pod-cgroup.ts';
import { TemporaryTree } from '../../../temporary-tree.ts';

const PAUSE = 'a'.repeat(64);
const APP = 'b'.repeat(64);
const kindOf = (id: string) => (id === PAUSE ? 'sandbox' : id === APP ? 'container' : 'unknown');
const events = (populated: boolean): string => `populated ${populated ? 1 : 0}\nfrozen 0\n`;

/** A pod's cgroup as kernfs shows it. */
function pod(tree: TemporaryTree, children: Readonly<Record<string, boolean>>): string {
  for (const [name, populated] of Object.entries(children)) tree.file(`pod/${name}/cgroup.events`, events(populated));
  tree.file('pod/cgroup.events', events(Object.values(children).some(Boolean)));
  return join(tree.root, 'pod');
}

describe('the end of a target', () => {
  const cases: readonly [string, Record<string, boolean>, string][] = [
    ['a container runs', { [PAUSE]: true, [APP]: true }, 'no'],
    ['containers ran, the sandbox is still there', { [PAUSE]: true, [APP]: false }, 'containers'],
    ['only the sandbox was ever there', { [PAUSE]: true }, 'containers'],
    ['a container runs of which nothing is known', { [PAUSE]: true, [`crio-${'c'.repeat(64)}.scope`]: true }, 'no'],
    ["CRI-O's monitor is still there", { [PAUSE]: true, [`crio-conmon-${APP}.scope`]: true }, 'containers'],
    ['nothing lives in it', { [PAUSE]: false, [APP]: false }, 'pod'],
  ];
  for (const [what, children, expected] of cases) {
    it(`is ${expected} when ${what}`, () => {
      using tree = new TemporaryTree();
      assert.equal(endOf(readPodCgroup(pod(tree, children)), kindOf), expected);
    });
  }

  it('is pod when its cgroup is gone', () => {
    assert.equal(endOf(readPodCgroup('/nonexistent/pod'), kindOf), 'pod');
  });
});
