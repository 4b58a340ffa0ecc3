import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SIZES, encodeU64 } from '../../../tracer/ledger/layout.ts';
import { joinSlot } from '../../../tracer/ledger/join.ts';
import { loadKernel } from '../../../tracer/ledger/kernel.ts';
import type { Bpf } from '../../../tracer/ledger/libbpf.ts';
import { loadBpf } from '../../../tracer/ledger/libbpf.ts';
import { withLock } from '../../../tracer/ledger/lock.ts';
import type { Slot } from '../../../tracer/ledger/ledger.ts';
import type { JoinDeps } from '../../../tracer/ledger/shared-node.ts';
import { calledBy } from './numbers.ts';
import type { PodCgroup, Stage } from './stage.ts';
import { compile, makeCgroup, runInside } from './stage.ts';
import { stageForEach } from './stage-hooks.ts';

const UMOUNT2 = 166; // whose arguments are watched
const GETPGID = 121;
const LONGEST_MS = 60_000;

interface Asked {
  /** Has the task make a call, and waits for it. */
  readonly call: (nr: number) => void;
  end(): Promise<void>;
}

/** A task in the cgroup that makes calls while the joining thread waits for it. */
function startAsked(stage: Stage, cgroup: string): Asked {
  const [program, orders, answers] = ['number', 'orders', 'answers'].map((name) => join(stage.folder, name));
  if (program === undefined || orders === undefined || answers === undefined) throw new Error('three names');
  compile('number', program);
  execFileSync('mkfifo', [orders, answers]);
  const script = 'echo $$ > "$0/cgroup.procs"; exec "$1" ask < "$2" > "$3"';
  const child = spawn('sh', ['-c', script, cgroup, program, orders, answers], { stdio: 'inherit' });
  const told = openSync(orders, 'r+');
  const heard = openSync(answers, constants.O_RDWR | constants.O_NONBLOCK);
  const ready = Buffer.from('ready\n');
  /** Without a wait that nothing could end: this thread is the one that joins. */
  const listen = (): void => {
    const deadline = performance.now() + LONGEST_MS;
    while (performance.now() < deadline) {
      try {
        readSync(heard, Buffer.alloc(ready.length));
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
    throw new Error('the program in the container does not answer');
  };
  listen();
  return {
    call: (nr) => {
      writeSync(told, `${nr}\n`);
      listen();
    },
    end: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      closeSync(told);
      closeSync(heard);
    },
  };
}

describe('a join beside a workload that calls', function () {
  const stage = stageForEach();
  let pod: PodCgroup;

  beforeEach(() => {
    pod = stage.pod();
  });

  function depsWith(bpf: Bpf): JoinDeps {
    return { ...stage.options, bpf, kernel: loadKernel() };
  }

  it('loses no call that is made at any step after the cgroup is known, with watched arguments or without', async () => {
    const stayer = await stage.join(stage.pod()); // or no program would run before the join's last step
    const asked = startAsked(stage, makeCgroup(pod, 'one'));
    const bpf = loadBpf();
    const target = encodeU64(pod.target.cgroupIds[0] ?? 0n);
    let steps = 0; // none before: a cgroup that was met untraced is asked for again only when all is in place
    const callAfter = (isTarget: boolean): void => {
      if (isTarget || steps > 0) steps++;
      if (steps > 0) [UMOUNT2, GETPGID].forEach(asked.call);
    };
    const deps = depsWith({
      ...bpf,
      createHash: (...args) => {
        const map = bpf.createHash(...args);
        callAfter(false);
        return map;
      },
      update: (map, key, value) => {
        bpf.update(map, key, value);
        callAfter(key.equals(target) && value.length === SIZES.target);
      },
      updateAside: async (map, key, value) => {
        await bpf.updateAside(map, key, value);
        callAfter(false);
      },
    });
    const joined = await withLock(deps.lockFile, deps.kernel, () => joinSlot(deps, pod.target));
    assert.ok(joined.kind === 'ok' && steps > 2);
    [UMOUNT2, GETPGID].forEach(asked.call);
    const [container] = joined.slot.read().containers;
    await joined.slot.leave();
    await stayer.leave();
    await asked.end();
    const called = calledBy(container, 'x86_64');
    assert.ok(called.includes(UMOUNT2) && called.includes(GETPGID), String(called));
    const tuples = container?.entries.flatMap((entry) => entry.arguments.find(({ nr }) => nr === UMOUNT2)?.tuples);
    assert.deepEqual(tuples, [['4294967295']]);
  });

  it('reads nothing of a row that another tracer of the slot frees at that moment', async () => {
    const bpf = loadBpf();
    const deps = depsWith({
      ...bpf,
      keys: (map, keySize, maxEntries) => {
        const keys = bpf.keys(map, keySize, maxEntries);
        if (keySize === SIZES.rowKey) for (const key of keys.slice(1)) bpf.remove(map, key);
        return keys;
      },
    });
    const joined = await withLock(deps.lockFile, deps.kernel, () => joinSlot(deps, pod.target));
    assert.ok(joined.kind === 'ok');
    for (const name of ['one', 'two', 'three']) runInside(makeCgroup(pod, name), 'true');
    const entries = joined.slot.read().containers.flatMap((container) => container.entries);
    await joined.slot.leave();
    assert.equal(entries.length, 1);
  });

  it('lets go of a pod’s oldest cgroup where a fifth is found, for good', async () => {
    const pods = Array.from({ length: 5 }, () => stage.pod());
    const [first, ...later] = pods.map(({ target }) => target.cgroupIds[0] ?? 0n);
    const { podUid } = pod.target;
    const joinAt = async (cgroupIds: bigint[]): Promise<Slot> => stage.join({ ...pod, target: { podUid, cgroupIds } });
    await joinAt([first ?? 0n]);
    const slot = await joinAt(later);
    pods.forEach((one, place) => {
      runInside(makeCgroup(one, `c${place}`), 'true');
    });
    const names = slot.read().containers.map(({ name }) => name);
    await slot.leave();
    assert.deepEqual(names.sort(), ['c1', 'c2', 'c3', 'c4']);
  });
});
