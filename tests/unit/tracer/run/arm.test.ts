import assert from 'node:assert/strict';
import { createFakeRun, GATE, kinds, PAUSE } from './fake-run.ts';

describe('a tracer that is told to stop before it has armed', () => {
  it('gives up what a predecessor left when the last order is to leave', async () => {
    const { world, clock, slot, start } = createFakeRun();
    slot.resumed = true;
    world.alive = undefined;
    world.lastOrder = 'leave';
    const ending = start();
    world.termination.abort();
    await clock.advance(1_000);
    assert.equal(await ending, 'left');
    assert.deepEqual([slot.left, world.gate.removed, world.rollFile.removed], [1, 1, 1]);
  });

  it('brings what a predecessor recorded when the target ends', async () => {
    const { world, clock, slot, start } = createFakeRun();
    slot.resumed = true;
    slot.see(GATE, 35);
    world.alive = undefined;
    world.lastOrder = 'flush';
    const ending = start();
    world.termination.abort();
    await clock.advance(2_000);
    assert.equal(await ending, 'flushed');
    assert.equal(kinds(world.reports).at(-1), 'final');
  });

  it('hands over when the target lives on, and has armed for it where its cgroup is there', async () => {
    const early = createFakeRun();
    early.world.alive = undefined;
    const ending = early.start();
    early.world.termination.abort();
    await early.clock.advance(1_000);
    assert.equal(await ending, 'handed-over');
    assert.deepEqual([early.slot.left, early.world.gate.removed], [0, 0]);

    const late = createFakeRun();
    late.world.lastOrder = undefined;
    late.world.alive = [PAUSE, GATE];
    late.slot.see(GATE, 35);
    const second = late.start();
    late.world.termination.abort();
    await late.clock.advance(1_000);
    assert.ok(late.world.gate.opened !== null);
    late.world.lastOrder = 'hand-over';
    await late.clock.advance(5_000);
    assert.equal(await second, 'handed-over');
    assert.deepEqual([late.slot.left, kinds(late.world.reports)], [0, ['armed']]);
  });

  it('hands over 5 s before its grace period ends when nobody answers', async () => {
    const { world, clock, slot, start } = createFakeRun({ cgroupWaitMs: 300_000 });
    let ended = false;
    world.alive = undefined;
    world.lastOrder = undefined;
    const ending = start().finally(() => (ended = true));
    world.termination.abort();
    await clock.advance(24_800);
    assert.equal(ended, false);
    await clock.advance(400);
    assert.equal(await ending, 'handed-over');
    assert.equal(slot.left, 0);
  });
});
