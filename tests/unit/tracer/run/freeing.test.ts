import assert from 'node:assert/strict';
import type { Report } from '../../../../profile/recording.ts';
import { combine } from '../../../../webhook/store/combine.ts';
import { APP, callsOf, createFakeRun, FakeSlot, GATE, kinds, PAUSE } from './fake-run.ts';

const id = (restart: number): string => restart.toString(16).padStart(64, '0');
const app = { name: 'app', kind: 'container', runtime: 'runc' } as const;

/** As the store keeps them. */
function unionOf(reports: readonly Report[]): Report | undefined {
  return reports.reduce<Report | undefined>(combine, undefined);
}

/** A run whose gate has ended its part: nothing of its container is alive. */
async function startPastGate(...made: Parameters<typeof createFakeRun>) {
  const fake = createFakeRun(...made);
  const ending = fake.start();
  fake.slot.see(GATE, 35);
  await fake.clock.advance(100);
  const leave = async (): Promise<void> => {
    fake.world.order = 'leave';
    await fake.clock.advance(5_000);
    await ending;
  };
  return { ...fake, ending, leave };
}

describe('freeing', () => {
  it('forgets a container that is gone once a report of it is stored, and sends it no more', async () => {
    const { world, clock, slot, leave } = await startPastGate();
    world.alive = [PAUSE, APP];
    slot.see(APP, 0);
    await clock.advance(10_000);
    assert.deepEqual(slot.freed, [GATE]);
    slot.see(APP, 1);
    await clock.advance(30_000);
    assert.deepEqual(callsOf(world.reports.at(-1), 'flak-gate'), []);
    assert.deepEqual(callsOf(world.reports.at(-1), 'app'), [0, 1]);
    assert.deepEqual(callsOf(unionOf(world.reports), 'flak-gate'), [35]);
    await leave();
  });

  it('forgets nothing that is not stored, however often it was sent', async () => {
    const { world, clock, slot, leave } = await startPastGate();
    for (const kind of ['not-now', 'rejected'] as const) {
      world.answer = () => ({ kind, message: 'no', retryAfterMs: 0 });
      world.alive = [PAUSE, APP];
      slot.see(APP, 0);
      await clock.advance(700_000);
      assert.deepEqual(slot.freed, []);
    }
    await leave();
  });

  it('keeps a container that ended after the report was made: its last calls are not in it', async () => {
    const { world, clock, slot, leave } = await startPastGate();
    world.alive = [PAUSE, APP];
    slot.see(APP, 0);
    world.answer = () => {
      // While the report is on its way.
      slot.see(APP, 60);
      world.alive = [PAUSE];
      return { kind: 'acknowledged' };
    };
    await clock.advance(10_000);
    world.answer = () => ({ kind: 'acknowledged' });
    assert.ok(!slot.freed.includes(APP));
    await clock.advance(60_000);
    assert.ok(slot.freed.includes(APP));
    assert.ok(callsOf(unionOf(world.reports), 'app').includes(60));
    await leave();
  });

  it('keeps a container that comes while the report is being made: it may be gone before the report is stored', async () => {
    const late = 'e'.repeat(64);
    const slot = new FakeSlot();
    let comes = false;
    const changes = slot.changes.bind(slot);
    slot.changes = () => {
      if (comes) slot.see(late, 0);
      comes = false;
      return changes();
    };
    let looked = (): void => undefined;
    const readPod = () => {
      looked();
      return { populated: true, children: [{ name: PAUSE, populated: true }] };
    };
    const { clock, leave } = await startPastGate({ readPod }, slot);
    slot.see(APP, 0);
    looked = () => {
      comes = true;
      looked = () => undefined;
    };
    await clock.advance(10_000);
    assert.deepEqual(slot.freed, [GATE, APP]);
    slot.see(late, 60);
    await clock.advance(60_000);
    assert.deepEqual(slot.freed, [GATE, APP, late]);
    await leave();
  });

  it('makes room for a crash loop of a thousand restarts, and loses none of them', async () => {
    const capacity = 64;
    const { world, clock, slot, ending } = await startPastGate({}, new FakeSlot(capacity));
    let most = 0;
    for (let restart = 0; restart < 1000; restart += 1) {
      world.records.set(id(restart), app);
      world.alive = [PAUSE, id(restart)];
      world.podChanged();
      slot.see(id(restart), restart % 400, 231);
      // The control plane is away for a while, again and again.
      const away = restart % 100 > 80;
      world.answer = () => (away ? { kind: 'not-now', message: 'away', retryAfterMs: 0 } : { kind: 'acknowledged' });
      await clock.advance(100);
      world.records.delete(id(restart));
      most = Math.max(most, slot.read().containers.length);
    }
    assert.equal(slot.lost, 0);
    world.answer = () => ({ kind: 'acknowledged' });
    assert.ok(most < capacity && world.rollFile.content.size <= capacity, `${most}`);
    world.alive = [];
    world.order = 'flush';
    await clock.advance(20_000);
    assert.equal(await ending, 'flushed');
    assert.ok(world.reports.length < 100, String(world.reports.length));
    const numbers = new Set(callsOf(unionOf(world.reports), 'app'));
    assert.equal(numbers.size, 400);
    assert.equal(kinds(world.reports).at(-1), 'final');
  });

  it('asks for no more early reports than once a minute where nothing can be freed', async () => {
    const slot = new FakeSlot(4);
    slot.free = () => Promise.resolve();
    const { world, clock, leave } = await startPastGate({}, slot);
    world.alive = [PAUSE, APP];
    for (const restart of [0, 1, 2]) slot.see(id(restart), 0);
    world.podChanged();
    await clock.advance(3_600_000);
    assert.ok(world.reports.length > 20 && world.reports.length < 80, String(world.reports.length));
    await leave();
  });
});
