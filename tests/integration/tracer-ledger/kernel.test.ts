import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { skipBecause } from '../../skip.ts';
import { calledBy, recordCgroup } from './numbers.ts';
import type { PodCgroup, Stage } from './stage.ts';
import { cgroupId, compile, openStage, runInside } from './stage.ts';

const EVERY_NUMBER = Array.from({ length: 467 }, (_, nr) => nr);
function container(pod: PodCgroup, name: string): string {
  const directory = join(pod.directory, name);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Ids of the programs and maps pinned below a stage, read by bpftool. */
function pinned(stage: Stage): { programs: number[]; maps: number[] } {
  const root = join(stage.options.pinRoot, 'v1');
  const idOf = (kind: string, name: string): number => {
    const shown = execFileSync('bpftool', ['-j', kind, 'show', 'pinned', join(root, name)], { encoding: 'utf8' });
    const parsed = JSON.parse(shown) as { id: number; prog_id?: number };
    return parsed.prog_id ?? parsed.id;
  };
  return {
    programs: ['ledger_enter', 'ledger_exit', 'ledger_fork', 'ledger_exec'].map((name) => idOf('link', name)),
    maps: ['rows', 'containers', 'directory', 'counters', 'targets', 'generation'].map((name) => idOf('map', name)),
  };
}

function ids(kind: 'prog' | 'map'): number[] {
  const shown = JSON.parse(execFileSync('bpftool', ['-j', kind, 'show'], { encoding: 'utf8' })) as { id: number }[];
  return shown.map((one) => one.id);
}

describe('the ledger in this kernel', function () {
  let stage: Stage;

  before(function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'loading BPF programs takes root');
  });
  beforeEach(() => {
    stage = openStage();
  });
  afterEach(() => {
    stage[Symbol.dispose]();
  });

  it('records what an independent recorder records, of a program that makes every system call beside a busy thread', async () => {
    const pod = stage.pod();
    const cgroup = container(pod, 'one');
    const program = join(stage.folder, 'every-number');
    compile('every-number', program);
    const slot = await stage.join(pod);
    const recorder = await recordCgroup(cgroupId(cgroup));
    let expected: number[];
    try {
      runInside(cgroup, `exec unshare --ipc ${program}`);
    } finally {
      expected = await recorder.stop();
    }

    const [reading] = slot.read().containers;
    assert.equal(reading?.name, 'one');
    const native = calledBy(reading, 'x86_64');
    // bpftrace tells numbers, not interfaces: x32's carry bit 30, and those of i386 are called natively as well.
    assert.deepEqual(
      native,
      expected.filter((nr) => nr < 0x40000000),
    );
    assert.deepEqual(native, EVERY_NUMBER);
    assert.deepEqual(calledBy(reading, 'i386'), [20, 64]);
    assert.deepEqual(calledBy(reading, 'x32'), [39]);
    assert.deepEqual(slot.read().reasons, []);
    await slot.leave();
  });

  it('counts nested cgroups to their container, and tasks of the pod’s own cgroup to none', async () => {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    const nested = container(pod, 'deep/er/and/deeper');
    runInside(nested, 'true');
    runInside(pod.directory, 'true');
    const { containers } = slot.read();
    assert.deepEqual(
      containers.map(({ name, isPod, cgroupId: id }) => ({ name, isPod, id })),
      [
        { name: 'deep', isPod: false, id: cgroupId(join(pod.directory, 'deep')) },
        { name: 'pod1', isPod: true, id: cgroupId(pod.directory) },
      ],
    );
    await slot.leave();
  });

  it('keeps what a container did after its cgroup is gone', async () => {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    const cgroup = container(pod, 'brief');
    runInside(cgroup, 'true');
    const before = slot.read();
    execFileSync('rmdir', [cgroup]);
    assert.deepEqual(slot.read(), before);
    assert.ok(calledBy(before.containers[0], 'x86_64').includes(231));
    await slot.leave();
  });

  it('keeps two pods apart', async () => {
    const [one, other] = [stage.pod(), stage.pod()];
    const [slot, otherSlot] = [await stage.join(one), await stage.join(other)];
    const program = join(stage.folder, 'workload');
    compile('workload', program);
    const [left, right] = [container(one, 'left'), container(other, 'right')];
    for (let turn = 0; turn < 20; turn++) {
      runInside(left, `exec ${program}`);
      runInside(right, `exec ${program} more`);
    }
    const { containers: lefts } = slot.read();
    const { containers: rights } = otherSlot.read();
    const names = [lefts, rights].map((containers) => containers.map(({ name }) => name));
    assert.deepEqual(names, [['left'], ['right']]);
    const leftCalls = calledBy(lefts[0], 'x86_64');
    const extra = calledBy(rights[0], 'x86_64').filter((nr) => !leftCalls.includes(nr));
    assert.deepEqual(extra, [140]);
    await slot.leave();
    await otherSlot.leave();
  });

  it('takes whoever was there at arming for the workload', async () => {
    const pod = stage.pod();
    const cgroup = container(pod, 'old');
    const early = spawn('sh', ['-c', `echo $$ > ${cgroup}/cgroup.procs; echo in; read line; exec true`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(early.stdout, 'data');
    const slot = await stage.join(pod);
    early.stdin.write('go\n');
    await once(early, 'exit');
    const [reading] = slot.read().containers;
    assert.deepEqual(
      reading?.entries.map((entry) => entry.origin),
      ['workload'],
    );
    await slot.leave();
  });

  it('goes on while its tracer is dead, and is found again by the next one', async () => {
    const pod = stage.pod();
    const cgroup = container(pod, 'one');
    const tracer = spawn(process.execPath, [join(import.meta.dirname, 'joiner.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    tracer.stdin.write(
      `${JSON.stringify({ options: stage.options, podUid: pod.target.podUid, id: String(pod.target.cgroupIds[0]) })}\n`,
    );
    const [told] = (await once(tracer.stdout, 'data')) as [Buffer];
    runInside(cgroup, 'true');
    tracer.kill('SIGKILL');
    await once(tracer, 'exit');
    const program = join(stage.folder, 'workload');
    compile('workload', program);
    runInside(cgroup, `exec ${program} more`);

    const slot = await stage.join(pod);
    assert.equal(slot.resumed, true);
    assert.equal(`${slot.armedAtBootNs}\n`, told.toString());
    const called = calledBy(slot.read().containers[0], 'x86_64');
    for (const nr of [121, 100, 99, 36, 140]) assert.ok(called.includes(nr), `lost ${nr}`);
    await slot.leave();
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
    assert.equal(existsSync(stage.options.pinRoot), false);
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

  it('starts from nothing when a slot is used again', async () => {
    const pod = stage.pod();
    const cgroup = container(pod, 'one');
    const first = await stage.join(pod);
    runInside(cgroup, 'true');
    await first.leave();
    runInside(cgroup, 'true');
    const second = await stage.join(pod);
    assert.equal(second.resumed, false);
    assert.deepEqual(second.read(), { containers: [], reasons: [] });
    assert.equal(second.changes(), 0n);
    runInside(cgroup, 'true');
    assert.ok(second.changes() > 0n);
    await second.leave();
  });

  it('says so when there is no room for another container', async () => {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    for (let turn = 0; turn < 129; turn++) {
      const cgroup = container(pod, `c${turn}`);
      runInside(cgroup, 'true');
    }
    assert.ok(slot.read().reasons.includes('ledger-full'));
    await slot.leave();
  });

  it('says so when a call has a number that no table knows', async () => {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    runInside(
      container(pod, 'one'),
      `exec python3 -c 'import ctypes; ctypes.CDLL(None).syscall(4000); ctypes.CDLL(None).syscall(-1)'`,
    );
    assert.deepEqual(slot.read().reasons, ['unknown-syscall']);
    await slot.leave();
  });
});
