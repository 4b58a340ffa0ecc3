import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { containersCreated, findRecord, type ContainerDescription } from '../../../../tracer/containers/find-record.ts';
import { createRoll } from '../../../../tracer/containers/roll.ts';
import type { RollFile } from '../../../../tracer/containers/roll-file.ts';
import { TemporaryTree } from '../../../temporary-tree.ts';

const ID = 'c'.repeat(64);
const config = (annotations: Record<string, string>): string => JSON.stringify({ ociVersion: '1.1.0', annotations });
const places = (tree: TemporaryTree) => ({
  runRoot: `${tree.root}/run`,
  logRoot: `${tree.root}/log`,
  namespace: 'shop',
  pod: 'web-0',
});
const app = config({ 'io.kubernetes.cri.container-type': 'container', 'io.kubernetes.cri.container-name': 'app' });

const NO_FILE: RollFile = { read: () => new Map(), write: () => undefined, remove: () => undefined };

describe("a container's record", () => {
  for (const state of ['containerd', 'k3s/containerd', 'node2/containerd', 'other-containerd']) {
    it(`is found in the bundle below /run/${state}`, () => {
      using tree = new TemporaryTree();
      const bundle = `run/${state}/io.containerd.runtime.v2.task/k8s.io/${ID}`;
      tree.file(`${bundle}/config.json`, app);
      tree.file(`${bundle}/runtime`, '');
      assert.deepEqual(findRecord(places(tree), ID), { name: 'app', kind: 'container', runtime: 'runc' });
      tree.file(`${bundle}/runtime`, '/usr/local/bin/crun\n');
      assert.equal(findRecord(places(tree), ID)?.runtime, 'crun');
    });
  }

  it("tells the sandbox from containers, in containerd's words and in CRI-O's", () => {
    using tree = new TemporaryTree();
    const bundle = tree.file(
      `run/containerd/io.containerd.runtime.v2.task/k8s.io/${ID}/config.json`,
      config({ 'io.kubernetes.cri.container-type': 'sandbox' }),
    );
    assert.ok(bundle.endsWith('config.json'));
    assert.deepEqual(findRecord(places(tree), ID), { name: null, kind: 'sandbox', runtime: null });
    const other = 'd'.repeat(64);
    tree.file(
      `run/containers/storage/overlay-containers/${other}/userdata/config.json`,
      config({ 'io.kubernetes.cri-o.ContainerType': 'sandbox', 'io.kubernetes.container.name': 'POD' }),
    );
    assert.equal(findRecord(places(tree), other)?.kind, 'sandbox');
    const third = 'e'.repeat(64);
    tree.file(
      `run/containers/storage/overlay-containers/${third}/userdata/config.json`,
      config({ 'io.kubernetes.cri-o.ContainerType': 'container', 'io.kubernetes.container.name': 'web' }),
    );
    assert.deepEqual(findRecord(places(tree), third), { name: 'web', kind: 'container', runtime: null });
  });

  it("is the kubelet's log link where the runtime has forgotten, of this pod only", () => {
    using tree = new TemporaryTree();
    tree.file(`log/containers/web-0_other_app-${ID}.log`, '');
    tree.file(`log/containers/web-00_shop_app-${ID}.log`, '');
    assert.equal(findRecord(places(tree), ID), undefined);
    tree.file(`log/containers/web-0_shop_init-db-${ID}.log`, '');
    assert.deepEqual(findRecord(places(tree), ID), { name: 'init-db', kind: 'container', runtime: null });
  });

  for (const [what, text] of [
    ['half written', app.slice(0, 40)],
    ['of something else', config({})],
    ['with a name that can be no container', app.replace('"app"', '"../app"')],
  ] as const) {
    it(`is none when it is ${what}`, () => {
      using tree = new TemporaryTree();
      tree.file(`run/containerd/io.containerd.runtime.v2.task/k8s.io/${ID}/config.json`, text);
      assert.equal(findRecord(places(tree), ID), undefined);
    });
  }

  it('is remembered when the container and its record are gone, and looked for again while it is not known', () => {
    const found = new Map<string, ContainerDescription>([[ID, { name: 'app', kind: 'container', runtime: 'runc' }]]);
    const roll = createRoll((id) => found.get(id), NO_FILE);
    assert.equal(roll.describe('later').kind, 'unknown');
    roll.notice([ID, 'later']);
    found.clear();
    assert.equal(roll.describe(ID).name, 'app');
    found.set('later', { name: 'app', kind: 'container', runtime: 'crun' });
    assert.equal(roll.describe('later').runtime, 'crun');
  });

  it('is forgotten, never mixed up, when a node has seen too many containers', () => {
    const roll = createRoll(
      (id) => (id === '0' && known > 1 ? undefined : { name: id, kind: 'container', runtime: null }),
      NO_FILE,
    );
    let known = 0;
    for (; known < 5000; known += 1) roll.notice([String(known)]);
    assert.deepEqual(roll.describe('0'), { name: null, kind: 'unknown', runtime: null });
    assert.equal(roll.describe('4999').name, '4999');
  });
});

describe('the containers a kubelet has begun to make', () => {
  it("are the pod's log directories, by UID", () => {
    using tree = new TemporaryTree();
    tree.directory('log/pods/shop_web-0_uid-1/flak-gate');
    tree.directory('log/pods/shop_web-0_uid-1/app');
    tree.directory('log/pods/shop_web-0_uid-0/old');
    const created = (uid: string, bootedAt: Date): string[] => containersCreated(places(tree), uid, bootedAt).sort();
    const yesterday = new Date(Date.now() - 86_400_000);
    assert.deepEqual(created('uid-1', yesterday), ['app', 'flak-gate']);
    assert.deepEqual(created('uid-2', yesterday), []);
  });

  it('are not those of the time before the node booted, when the gate runs again', () => {
    using tree = new TemporaryTree();
    const old = new Date(Date.now() - 7_200_000);
    utimesSync(tree.directory('log/pods/shop_web-0_uid-1/app'), old, old);
    tree.directory('log/pods/shop_web-0_uid-1/flak-gate');
    const anHourAgo = new Date(Date.now() - 3_600_000);
    assert.deepEqual(containersCreated(places(tree), 'uid-1', anHourAgo), ['flak-gate']);
  });
});
