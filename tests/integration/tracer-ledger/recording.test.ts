import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { calledBy, recordCgroup } from './numbers.ts';
import { cgroupId, compile, makeCgroup, runInside } from './stage.ts';
import { stageForEach } from './stage-hooks.ts';

const EVERY_NUMBER = Array.from({ length: 467 }, (_, nr) => nr);

describe('what the ledger records', function () {
  const stage = stageForEach();

  it('records what an independent recorder records, of a program that makes every system call beside a busy thread', async () => {
    const pod = stage.pod();
    const cgroup = makeCgroup(pod, 'one');
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
    const nested = makeCgroup(pod, 'deep/er/and/deeper');
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
    const cgroup = makeCgroup(pod, 'brief');
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
    const [left, right] = [makeCgroup(one, 'left'), makeCgroup(other, 'right')];
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
    const cgroup = makeCgroup(pod, 'old');
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
      ['startup'],
    );
    await slot.leave();
  });

  it('says so when there is no room for another container', async () => {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    for (let turn = 0; turn < 129; turn++) {
      const cgroup = makeCgroup(pod, `c${turn}`);
      runInside(cgroup, 'true');
    }
    assert.ok(slot.read().reasons.includes('ledger-full'));
    await slot.leave();
  });

  it('says so when a call has a number that no table knows', async () => {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    runInside(
      makeCgroup(pod, 'one'),
      `exec python3 -c 'import ctypes; ctypes.CDLL(None).syscall(4000); ctypes.CDLL(None).syscall(-1)'`,
    );
    assert.deepEqual(slot.read().reasons, ['unknown-syscall']);
    await slot.leave();
  });
});
