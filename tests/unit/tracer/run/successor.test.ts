import assert from 'node:assert/strict';
import { APP, callsOf, createFakeRun, GATE, kinds } from './fake-run.ts';

describe('a successor', () => {
  it("goes on with a predecessor's slot and says so", async () => {
    const { world, clock, slot, start } = createFakeRun();
    slot.resumed = true;
    world.gate.opened = new Date('2026-01-01T00:00:00Z');
    slot.see(GATE, 35);
    slot.see(APP, 0);
    const ending = start();
    await clock.advance(1_000);
    const [armed] = world.reports;
    assert.ok(armed?.kind === 'armed');
    assert.deepEqual([armed.notes, armed.reasons], [['tracer-restarted'], []]);
    assert.deepEqual(callsOf(armed, 'app'), [0]);
    world.order = 'leave';
    await clock.advance(2_000);
    await ending;
  });

  it("brings what a predecessor's slot holds when the pod's cgroup is gone already", async () => {
    const { world, clock, slot, start } = createFakeRun();
    slot.resumed = true;
    slot.see(APP, 0, 1);
    world.alive = undefined;
    world.order = 'flush';
    const ending = start();
    await clock.advance(2_000);
    assert.equal(await ending, 'flushed');
    assert.equal(kinds(world.reports).at(-1), 'final');
    assert.deepEqual(callsOf(world.reports.at(-1), 'app'), [0, 1]);
    assert.deepEqual([slot.left, world.gate.removed], [1, 1]);
  });

  it("gives a predecessor's slot up when it is told to leave before it has found the pod", async () => {
    const { world, clock, slot, start } = createFakeRun();
    slot.resumed = true;
    world.alive = undefined;
    world.order = 'leave';
    const ending = start();
    await clock.advance(5_000);
    assert.equal(await ending, 'left');
    assert.deepEqual([slot.left, world.gate.removed], [1, 1]);
  });
});
