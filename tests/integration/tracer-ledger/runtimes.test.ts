import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { skipBecause } from '../../skip.ts';
import { encodeCounters, encodeIndex } from '../../../tracer/ledger/layout.ts';
import type { ContainerReading, Slot } from '../../../tracer/ledger/ledger.ts';
import { loadBpf } from '../../../tracer/ledger/libbpf.ts';
import { closePins, openPins } from '../../../tracer/ledger/pins.ts';
import type { BundleOptions } from './bundles.ts';
import { DENYING_FILTER, makeBundle, makeRoot, runCrun, runc } from './bundles.ts';
import { calledBy, deniedTo, straceNumbers } from './numbers.ts';
import { untilPaused } from './paused.ts';
import type { PodCgroup, Stage } from './stage.ts';
import { openStage } from './stage.ts';

const STARTS = 20;
const EXECVE = 59;
const PAUSE = 34;
const GETPRIORITY = 140;
/** What no workload here calls, and every runtime does: it must never be laid at the workload's door. */
const OF_RUNTIMES = { mount: 165, pivot_root: 155, setns: 308, unshare: 272, capset: 126 };

const PLAIN: BundleOptions = { args: ['/bin/target'], noNewPrivileges: true };

/** Reads until the container has made the call, for at most ten seconds. */
async function untilCalled(slot: Slot, name: string, nr: number): Promise<ContainerReading | undefined> {
  for (let turn = 0; ; turn++) {
    const found = slot.read().containers.find((one) => one.name === name);
    if (calledBy(found, 'x86_64').includes(nr) || turn === 500) return found;
    await sleep(20);
  }
}

/** Says in the kernel that the state of a task found no memory, which can't be brought about at will. */
function loseState({ options }: Stage, index: number): void {
  const bpf = loadBpf();
  const pins = openPins(bpf, options.pinRoot);
  const counters = { firstSights: 0n, full: 0n, originUnknown: 1n, outOfRange: 0n };
  bpf.update(pins.maps.counters, encodeIndex(index), encodeCounters(counters));
  closePins(bpf, pins);
}

describe('who called, told apart for real runtimes', function () {
  let stage: Stage;
  let pod: PodCgroup;
  let slot: Slot;

  before(function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'starting containers takes root');
  });
  beforeEach(async () => {
    stage = openStage();
    pod = stage.pod();
    slot = await stage.join(pod);
  });
  afterEach(async () => {
    await slot.leave();
    stage[Symbol.dispose]();
  });

  function removeRunc(name: string): void {
    runc(stage.folder, 'delete', '--force', name);
  }

  function assertSplit(container: ContainerReading | undefined, expected: number[]): void {
    assert.deepEqual(calledBy(container, 'x86_64', 'startup', 'exec:foreign'), expected);
    const setup = calledBy(container, 'x86_64', 'setup');
    for (const nr of [OF_RUNTIMES.mount, OF_RUNTIMES.pivot_root]) assert.ok(setup.includes(nr), `set-up without ${nr}`);
    assert.ok(container?.startedNs);
  }

  it(`ends set-up at the exec of the container’s program, ${STARTS} starts of runc out of ${STARTS}`, () => {
    const root = makeRoot(stage.folder, 'workload');
    const expected = straceNumbers(stage.folder, join(root, 'bin/target'));
    for (let turn = 0; turn < STARTS; turn++) {
      const name = `runc${turn}`;
      runc(stage.folder, 'run', '--bundle', makeBundle(stage.folder, root, pod, name, PLAIN), name);
    }
    const { containers, reasons } = slot.read();
    assert.deepEqual(reasons, []);
    assert.equal(containers.length, STARTS);
    for (const container of containers) assertSplit(container, expected);
  });

  it(`ends set-up at the exec of the container’s program, ${STARTS} starts of crun out of ${STARTS}`, () => {
    const root = makeRoot(stage.folder, 'workload');
    const expected = straceNumbers(stage.folder, join(root, 'bin/target'));
    const names = Array.from({ length: STARTS }, (_, turn) => `crun${turn}`);
    for (const name of names) {
      mkdirSync(join(pod.directory, name));
      makeBundle(stage.folder, root, pod, name, PLAIN);
    }
    runCrun(stage.folder, pod, names);
    const { containers } = slot.read();
    assert.equal(containers.length, STARTS);
    for (const container of containers) assertSplit(container, expected);
  });

  it('keeps apart what runc does under the filter, and names what the filter denies with its errno, and nothing else', () => {
    const root = makeRoot(stage.folder, 'denied');
    const options = { ...PLAIN, noNewPrivileges: false, seccomp: DENYING_FILTER };
    runc(stage.folder, 'run', '--bundle', makeBundle(stage.folder, root, pod, 'filtered', options), 'filtered');
    const [container] = slot.read().containers;
    assert.deepEqual(deniedTo(container), ['140:13', '145:1', '435:38']);
    const filtered = calledBy(container, 'x86_64', 'runtime-filtered');
    assert.ok(filtered.includes(EXECVE) && filtered.includes(OF_RUNTIMES.capset), String(filtered));
    const workload = calledBy(container, 'x86_64', 'startup');
    for (const nr of Object.values(OF_RUNTIMES)) assert.ok(!filtered.includes(nr) || nr === OF_RUNTIMES.capset);
    for (const nr of Object.values(OF_RUNTIMES)) assert.ok(!workload.includes(nr), `workload has ${nr}`);
    for (const nr of [140, 145, 435]) assert.ok(!workload.includes(nr), `${nr} never entered`);
  });

  it('tells a program that joins by runc exec from the one that was there', async () => {
    const root = makeRoot(stage.folder, 'workload');
    const waiting = { ...PLAIN, args: ['/bin/target', 'wait'] };
    runc(stage.folder, 'run', '--detach', '--bundle', makeBundle(stage.folder, root, pod, 'main', waiting), 'main');
    await untilCalled(slot, 'main', PAUSE);
    runc(stage.folder, 'exec', 'main', '/bin/target', 'more');
    const [container] = slot.read().containers;
    const own = calledBy(container, 'x86_64', 'startup');
    const joined = calledBy(container, 'x86_64', 'exec:foreign');
    removeRunc('main');
    assert.deepEqual(joined, straceNumbers(stage.folder, join(root, 'bin/target'), 'more'));
    assert.ok(joined.includes(GETPRIORITY) && !joined.includes(PAUSE));
    assert.ok(own.includes(PAUSE) && !own.includes(GETPRIORITY));
    assert.deepEqual(slot.read().containers.length, 1);
  });

  it('tells a program that joins by runc exec a container that was running at arming', async () => {
    const root = makeRoot(stage.folder, 'workload');
    const late = stage.pod();
    const waiting = { ...PLAIN, args: ['/bin/target', 'wait'] };
    runc(stage.folder, 'run', '--detach', '--bundle', makeBundle(stage.folder, root, late, 'late', waiting), 'late');
    await untilPaused(join(late.directory, 'late'));
    const lateSlot = await stage.join(late);
    runc(stage.folder, 'exec', 'late', '/bin/target', 'more');
    const [container] = lateSlot.read().containers;
    removeRunc('late');
    await lateSlot.leave();
    assert.deepEqual(
      calledBy(container, 'x86_64', 'exec:foreign', 'startup'),
      straceNumbers(stage.folder, join(root, 'bin/target'), 'more'),
    );
  });

  it('takes newcomers for the workload where a state was lost before: too much rather than too little', () => {
    const root = makeRoot(stage.folder, 'workload');
    loseState(stage, 0);
    runc(stage.folder, 'run', '--bundle', makeBundle(stage.folder, root, pod, 'after', PLAIN), 'after');
    const { containers, reasons } = slot.read();
    assert.deepEqual(reasons, ['origin-unknown']);
    assert.deepEqual(
      containers[0]?.entries.map((entry) => entry.origin),
      ['startup'],
    );
  });

  it('takes hooks for set-up, even one that changes its root', () => {
    const root = makeRoot(stage.folder, 'workload');
    const expected = straceNumbers(stage.folder, join(root, 'bin/target'));
    const hook = { path: '/usr/sbin/chroot', args: ['chroot', '/', '/bin/sh', '-c', 'exec /bin/true'] };
    const options = { ...PLAIN, hooks: { createContainer: [hook] } };
    runc(stage.folder, 'run', '--bundle', makeBundle(stage.folder, root, pod, 'hooked', options), 'hooked');
    const [container] = slot.read().containers;
    assert.ok(calledBy(container, 'x86_64', 'setup').includes(161), 'the hook was not recorded');
    assertSplit(container, expected);
  });
});
