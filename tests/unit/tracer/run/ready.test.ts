import assert from 'node:assert/strict';
import { APP, createFakeRun, GATE, PAUSE } from './fake-run.ts';

describe('readiness', () => {
  async function recording() {
    const run = createFakeRun();
    const ending = run.start();
    run.slot.see(GATE, 35);
    await run.clock.advance(1_000);
    const end = async (): Promise<void> => {
      run.world.order = 'leave';
      await run.clock.advance(2_000);
      await ending;
    };
    return { ...run, end };
  }

  it('is told to the ledger once, when it is heard of', async () => {
    const { world, clock, slot, end } = await recording();
    world.alive = [PAUSE, APP];
    slot.see(APP, 0);
    await clock.advance(5_000);
    assert.deepEqual(slot.serving, []);
    world.ready = [APP];
    await clock.advance(1_100);
    assert.deepEqual(slot.serving, [APP]);
    slot.see(APP, 1);
    await clock.advance(60_000);
    assert.deepEqual(slot.serving, [APP]);
    await end();
  });

  it('waits for the ledger to meet the container', async () => {
    const { world, clock, slot, end } = await recording();
    world.ready = [APP];
    await clock.advance(5_000);
    assert.deepEqual(slot.serving, []);
    slot.see(APP, 0);
    world.podChanged();
    await clock.advance(0);
    assert.deepEqual(slot.serving, [APP]);
    await end();
  });

  it('that comes and goes marks nobody else, and nobody for ever', async () => {
    const { world, clock, slot, end } = await recording();
    slot.see(APP, 0);
    slot.see(PAUSE, 0);
    for (const ready of [[APP], [], ['d'.repeat(64)], [APP]]) {
      world.ready = ready;
      await clock.advance(1_100);
    }
    assert.deepEqual(slot.serving, [APP, APP]);
    await end();
  });

  it('that the ledger has no room for ends nothing: those calls stay `startup`', async () => {
    const { world, clock, slot, end } = await recording();
    slot.markServing = () => Promise.reject(new Error('no room'));
    slot.see(APP, 0);
    world.ready = [APP];
    await clock.advance(60_000);
    await end();
  });

  it('is told again by a successor, whose predecessor may not have known', async () => {
    const { world, clock, slot, start } = createFakeRun();
    slot.resumed = true;
    slot.see(APP, 0);
    world.gate.opened = new Date();
    world.ready = [APP];
    const ending = start();
    await clock.advance(1_000);
    assert.deepEqual(slot.serving, [APP]);
    world.order = 'leave';
    await clock.advance(2_000);
    await ending;
  });
});
