import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadKernel } from '../../../tracer/ledger/kernel.ts';
import { NOT_ARMED, normalizePodUid } from '../../../tracer/ledger/layout.ts';
import { openLedger } from '../../../tracer/ledger/ledger.ts';
import { loadBpf } from '../../../tracer/ledger/libbpf.ts';
import { closePins, openPins } from '../../../tracer/ledger/pins.ts';
import { askSlotLocks } from '../../../tracer/ledger/slot-lock.ts';
import type { SlotDeps } from '../../../tracer/ledger/slots.ts';
import { disarm, readDirectory, readEntry, writeEntry } from '../../../tracer/ledger/slots.ts';
import { skipEvenInCi } from '../../skip.ts';
import { calledBy } from './numbers.ts';
import type { PodCgroup, Stage } from './stage.ts';
import { REPOSITORY, compile, makeCgroup, runInside } from './stage.ts';
import { stageForEach } from './stage-hooks.ts';
import { startTracer } from './tracers.ts';

/** Ids of the programs and maps pinned below a stage, read by bpftool. */
function pinned(stage: Stage): { programs: number[]; maps: number[] } {
  const root = join(stage.options.pinRoot, 'v2');
  const idOf = (kind: string, name: string): number => {
    const shown = execFileSync('bpftool', ['-j', kind, 'show', 'pinned', join(root, name)], { encoding: 'utf8' });
    const parsed = JSON.parse(shown) as { id: number; prog_id?: number };
    return parsed.prog_id ?? parsed.id;
  };
  return {
    programs: ['ledger_enter', 'ledger_exit', 'ledger_fork', 'ledger_exec'].map((name) => idOf('link', name)),
    maps: ['rows', 'containers', 'tuples', 'marks', 'directory', 'counters', 'targets', 'generation'].map((name) =>
      idOf('map', name),
    ),
  };
}

/** What a tracer leaves that is killed at its worst while it leaves: its slot's rows are gone, its entry is not. */
async function leaveHalfway({ options }: Stage, { target }: PodCgroup): Promise<void> {
  const bpf = loadBpf();
  const pins = openPins(bpf, options.pinRoot);
  const deps: SlotDeps = { bpf, pins, bootNs: () => 0n, runningContainers: () => [] };
  const podUid = normalizePodUid(target.podUid);
  const index = readDirectory(deps).findIndex((entry) => entry.podUid === podUid);
  const entry = readEntry(deps, index);
  await disarm(deps, index, entry);
  writeEntry(deps, index, { ...entry, armedNs: NOT_ARMED });
  closePins(bpf, pins);
}

function ids(kind: 'prog' | 'map'): number[] {
  const shown = JSON.parse(execFileSync('bpftool', ['-j', kind, 'show'], { encoding: 'utf8' })) as { id: number }[];
  return shown.map((one) => one.id);
}

/** What a node without a trace must not have. */
function remainsOf({ options }: Stage): string[] {
  return [options.pinRoot, options.lockFile].filter((path) => existsSync(path));
}

describe('the life of the ledger on a node', function () {
  const stage = stageForEach();

  it('goes on while its tracer is dead, and is found again by the next one', async () => {
    const pod = stage.pod();
    const cgroup = makeCgroup(pod, 'one');
    const { tracer, told } = await startTracer(stage, pod, 'wait');
    runInside(cgroup, 'true');
    tracer.kill('SIGKILL');
    await once(tracer, 'exit');
    const program = join(stage.folder, 'workload');
    compile('workload', program);
    runInside(cgroup, `exec ${program} more`);

    const slot = await stage.join(pod);
    assert.equal(slot.resumed, true);
    assert.equal(`${slot.armedAtBootNs}\n`, told);
    const called = calledBy(slot.read().containers[0], 'x86_64');
    for (const nr of [121, 100, 99, 36, 140]) assert.ok(called.includes(nr), `lost ${nr}`);
    await slot.leave();
  });

  it('knows of a slot whether its tracer lives, and takes nobody’s word for it', async () => {
    const held = (): boolean => askSlotLocks(stage.options.lockFile, loadKernel(), (isHeld) => isHeld(0));
    const { tracer } = await startTracer(stage, stage.pod(), 'wait');
    assert.equal(held(), true);
    tracer.kill('SIGKILL');
    await once(tracer, 'exit');
    assert.equal(held(), false);
  });

  it('begins anew a slot whose tracer died while it gave it up: what is left is not whole', async () => {
    const [pod, other] = [stage.pod(), stage.pod()];
    const cgroup = makeCgroup(pod, 'one');
    const stayer = await stage.join(other);
    const { tracer } = await startTracer(stage, pod, 'wait');
    runInside(cgroup, 'true');
    tracer.kill('SIGKILL');
    await once(tracer, 'exit');
    await leaveHalfway(stage, pod);

    const slot = await stage.join(pod);
    assert.equal(slot.resumed, false);
    assert.deepEqual(slot.read(), { containers: [], reasons: [], fill: 0 });
    runInside(cgroup, 'true');
    assert.ok(calledBy(slot.read().containers[0], 'x86_64').includes(231));
    await slot.leave();
    await stayer.leave();
  });

  it('is found again when nothing is left of the pod but what was seen, and gives that up', async () => {
    const pod = stage.pod();
    const { tracer } = await startTracer(stage, pod, 'wait');
    const cgroup = makeCgroup(pod, 'one');
    runInside(cgroup, 'true');
    tracer.kill('SIGKILL');
    await once(tracer, 'exit');
    rmdirSync(cgroup);
    rmdirSync(pod.directory);

    const slot = await stage.join({ ...pod, target: { ...pod.target, cgroupIds: [] } });
    assert.equal(slot.resumed, true);
    assert.ok(calledBy(slot.read().containers[0], 'x86_64').includes(231));
    await slot.leave();
    assert.deepEqual(remainsOf(stage), []);
  });

  it('makes no slot for a pod without a cgroup, and takes away what a killed tracer left half removed', async () => {
    const { target } = stage.pod();
    mkdirSync(join(stage.options.pinRoot, 'v2-leaving'), { recursive: true });
    const refused = await stage.open().join({ ...target, cgroupIds: [] });
    assert.equal(refused.kind === 'refused' && refused.refusal, 'pod-cgroup-not-found');
    assert.deepEqual(remainsOf(stage), []);
  });

  it('leaves nothing on a node that takes no programs', async () => {
    const opened = openLedger({ ...stage.options, objectFile: join(stage.folder, 'missing.o') });
    assert.ok(opened.kind === 'ok');
    await assert.rejects(opened.ledger.join(stage.pod().target), /missing\.o/);
    assert.deepEqual(remainsOf(stage), []);
  });

  it('leaves nothing behind when the last one is out', async () => {
    const pods = [stage.pod(), stage.pod()];
    const mapsBefore = ids('map');
    const [first, last] = await Promise.all(pods.map((pod) => stage.join(pod)));
    const { programs, maps } = pinned(stage);
    assert.equal(new Set([...programs, ...maps]).size > 0, true);
    await first?.leave();
    assert.deepEqual(pinned(stage), { programs, maps }, 'the other one still needs them');
    const slotMaps = ids('map').filter((id) => !mapsBefore.includes(id));
    await last?.leave();
    assert.deepEqual(remainsOf(stage), []);
    for (let turn = 0; turn < 100 && ids('prog').some((id) => programs.includes(id)); turn++) await sleep(50);
    assert.deepEqual(
      ids('prog').filter((id) => programs.includes(id)),
      [],
    );
    for (let turn = 0; turn < 100 && ids('map').some((id) => maps.includes(id)); turn++) await sleep(50);
    assert.deepEqual(
      ids('map').filter((id) => maps.includes(id)),
      [],
    );
    const names = JSON.parse(execFileSync('bpftool', ['-j', 'map', 'show'], { encoding: 'utf8' })) as {
      id: number;
      name?: string;
    }[];
    const remaining = names.filter(({ id, name }) => slotMaps.includes(id) && name?.startsWith('flak_'));
    assert.deepEqual(remaining, []);
  });

  it('is whole again after tracers were killed while joining and leaving', async () => {
    const pod = stage.pod();
    const cgroup = makeCgroup(pod, 'one');
    for (let turn = 0; turn < 12; turn++) {
      const { tracer } = await startTracer(stage, pod, 'churn');
      await sleep(Math.random() * 400);
      tracer.kill('SIGKILL');
      await once(tracer, 'exit');
    }
    const slot = await stage.join(pod);
    runInside(cgroup, 'true');
    assert.ok(calledBy(slot.read().containers[0], 'x86_64').includes(231));
    await slot.leave();
    assert.deepEqual(remainsOf(stage), []);
  });

  it('keeps the CPU while a program runs, on kernels that don’t see to it themselves', async function () {
    if (!/ T bpf_preempt_disable$/m.test(readFileSync('/proc/kallsyms', 'utf8')))
      skipEvenInCi(this, 'the kernel has no bpf_preempt_disable');
    const objectFile = join(stage.folder, 'preemptible.o');
    const build = join(REPOSITORY, 'tracer/ledger/build.sh');
    execFileSync('sh', [build, objectFile, '-DPREEMPTIBLE_SINCE=0']);
    const opened = openLedger({ ...stage.options, objectFile });
    assert.ok(opened.kind === 'ok');
    const joined = await opened.ledger.join(stage.pod().target);
    assert.ok(joined.kind === 'ok');
    for (const id of pinned(stage).programs) {
      const code = execFileSync('bpftool', ['prog', 'dump', 'xlated', 'id', String(id)], { encoding: 'utf8' });
      const calls = [...code.matchAll(/call bpf_preempt_(\w+)#/g)].map(([, what]) => what);
      assert.deepEqual([calls.includes('disable'), calls.includes('enable')], [true, true], `program ${id}`);
    }
    await joined.slot.leave();
  });

  it('refuses a node without cgroup v2, by name', () => {
    const refused = openLedger({ ...stage.options, cgroupRoot: '/proc' });
    assert.equal(refused.kind === 'refused' && refused.refusal, 'cgroup-v1');
  });

  it('sees a pod from the moment it is joined, however often it was met untraced, and starts from nothing each time', async () => {
    const [pod, other] = [stage.pod(), stage.pod()];
    const cgroup = makeCgroup(pod, 'one');
    const stayer = await stage.join(other); // so that the programs, and what they have cached, stay
    const callOnFirstCpu = (): void => {
      runInside(cgroup, 'exec taskset --cpu-list 0 true');
    };
    for (let turn = 0; turn < 3; turn++) {
      callOnFirstCpu();
      const slot = await stage.join(pod);
      assert.equal(slot.resumed, false);
      assert.deepEqual(slot.read(), { containers: [], reasons: [], fill: 0 });
      assert.equal(slot.changes(), 0n);
      callOnFirstCpu();
      assert.ok(slot.changes() > 0n);
      assert.ok(calledBy(slot.read().containers[0], 'x86_64').includes(231));
      await slot.leave();
    }
    assert.deepEqual(stayer.read().containers, []);
    await stayer.leave();
  });
});
