import assert from 'node:assert/strict';
import { rmdirSync } from 'node:fs';
import { calledBy } from './numbers.ts';
import { cgroupId, makeCgroup, runInside } from './stage.ts';
import { stageForEach } from './stage-hooks.ts';

const EXIT_GROUP = 231;
const PRLIMIT64 = 302; // whose arguments are watched
const RESTARTS = 1000;
/** Of a full slot: when a tracer reports early. */
const EARLY = 0.5;

describe('what a slot forgets', function () {
  const stage = stageForEach();

  it(`makes room: ${RESTARTS} containers in a slot that has room for 128, none of them missed`, async () => {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    const stored = new Map<string, readonly number[]>();
    const store = async (): Promise<void> => {
      const { containers, reasons } = slot.read();
      assert.deepEqual(reasons, []);
      for (const container of containers) stored.set(container.name, calledBy(container, 'x86_64'));
      await slot.free(containers.map((container) => container.cgroupId));
    };
    for (let turn = 0; turn < RESTARTS; turn++) {
      const cgroup = makeCgroup(pod, `c${turn}`);
      runInside(cgroup, 'ulimit -n > /dev/null');
      rmdirSync(cgroup);
      if (turn % 16 === 0 && slot.read().fill > EARLY) await store();
    }
    await store();
    assert.equal(stored.size, RESTARTS);
    assert.ok([...stored.values()].every((numbers) => [EXIT_GROUP, PRLIMIT64].every((nr) => numbers.includes(nr))));
    assert.deepEqual(slot.read(), { containers: [], reasons: [], fill: 0 });
    await slot.leave();
  });

  it('is nothing of a container whose cgroup is there, which may go on calling', async () => {
    const pod = stage.pod();
    const slot = await stage.join(pod);
    const [staying, gone] = [makeCgroup(pod, 'staying'), makeCgroup(pod, 'gone')];
    const ids = [staying, gone].map(cgroupId);
    for (const cgroup of [staying, gone]) runInside(cgroup, 'exec python3 -c "import socket; socket.socket()"');
    await slot.markServing(ids);
    const full = slot.read();
    rmdirSync(gone);
    await slot.free([...ids, 1n << 60n]);
    const { containers, fill } = slot.read();
    assert.deepEqual(
      containers,
      full.containers.filter(({ name }) => name === 'staying'),
    );
    assert.ok(fill < full.fill, 'what the other one filled is free');
    await slot.leave();
  });
});
