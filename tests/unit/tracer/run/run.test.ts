import assert from 'node:assert/strict';
import { APP, callsOf, createFakeRun, GATE, kinds, PAUSE } from './fake-run.ts';

describe('a run', () => {
  it('opens the gate once the gate is seen, reports what is new, and ends with everything when the target ends', async () => {
    const { world, clock, slot, start } = createFakeRun();
    const isOpen = (): boolean => world.gate.opened !== null;
    const ending = start();
    await clock.advance(500);
    assert.ok(!isOpen());
    slot.see(GATE, 35);
    await clock.advance(20);
    assert.ok(isOpen());
    assert.deepEqual(kinds(world.reports), ['armed']);

    world.alive = [PAUSE, APP];
    slot.see(APP, 0, 1);
    await clock.advance(30_000);
    assert.deepEqual(kinds(world.reports), ['armed', 'snapshot']);
    await clock.advance(3_600_000);
    assert.deepEqual(kinds(world.reports), ['armed', 'snapshot']);

    slot.see(APP, 2);
    world.order = 'flush';
    await clock.advance(2_000);
    assert.equal(kinds(world.reports).at(-1), 'snapshot');
    slot.see(APP, 3);
    world.alive = [PAUSE];
    await clock.advance(500);
    assert.equal(kinds(world.reports).at(-1), 'snapshot');
    world.alive = [];
    await clock.advance(100);
    assert.equal(await ending, 'flushed');
    const final = world.reports.at(-1);
    assert.ok(final?.kind === 'final');
    assert.deepEqual(callsOf(final, 'app'), [0, 1, 2, 3]);
    assert.deepEqual(callsOf(world.reports[1], 'flak-gate'), [35]);
    assert.ok(final.gateOpenedAt !== null);
    assert.deepEqual(final.reasons, []);
    assert.equal(final.armedAt, '2025-12-31T23:59:59.000Z');
    assert.deepEqual([slot.left, world.gate.removed], [1, 1]);
  });

  it('reads once more for the last report, whatever the count of changes says', async () => {
    const { world, clock, slot, start } = createFakeRun();
    const ending = start();
    slot.see(GATE, 35);
    world.alive = [PAUSE, APP];
    slot.see(APP, 0);
    await clock.advance(30_000);
    slot.showLate(APP, 1);
    world.order = 'flush';
    world.alive = [];
    await clock.advance(5_000);
    assert.equal(await ending, 'flushed');
    assert.deepEqual(callsOf(world.reports.at(-1), 'app'), [0, 1]);
  });

  it('ends though the sandbox is kept, a few seconds after the last container', async () => {
    const { world, clock, slot, start } = createFakeRun();
    const ending = start();
    slot.see(GATE, 35);
    await clock.advance(100);
    world.order = 'flush';
    world.alive = [PAUSE];
    await clock.advance(5_000);
    assert.equal(await ending, 'flushed');
  });

  it('loses nothing while the control plane is away, and keeps the slot until the final report is stored', async () => {
    const { world, clock, slot, start } = createFakeRun();
    const ending = start();
    slot.see(GATE, 35);
    world.answer = () => ({ kind: 'not-now', message: 'away', retryAfterMs: 0 });
    await clock.advance(60_000);
    slot.see(APP, 0);
    world.order = 'flush';
    world.alive = [];
    await clock.advance(300_000);
    assert.deepEqual([world.reports.length, slot.left], [0, 0]);
    world.answer = () => ({ kind: 'acknowledged' });
    await clock.advance(15_000);
    assert.equal(await ending, 'flushed');
    assert.deepEqual(kinds(world.reports), ['final']);
    assert.deepEqual(callsOf(world.reports[0], 'app'), [0]);
  });

  it('waits for the cgroup of a pod whose sandbox is still to come', async () => {
    const { world, clock, slot, start } = createFakeRun();
    world.alive = undefined;
    const ending = start();
    await clock.advance(20_000);
    world.alive = [PAUSE, GATE];
    slot.see(GATE, 35);
    await clock.advance(200);
    assert.deepEqual(kinds(world.reports), ['armed']);
    world.order = 'leave';
    await clock.advance(2_000);
    assert.equal(await ending, 'left');
  });

  for (const [why, arrange] of [
    ['never comes', () => undefined],
    [
      'will not come, as the target is being deleted',
      (run: ReturnType<typeof createFakeRun>) => (run.world.order = 'flush'),
    ],
  ] as const) {
    it(`says so when the cgroup ${why}, and asks for orders no more than once a second`, async () => {
      const run = createFakeRun();
      const { world, clock, slot, start } = run;
      world.alive = undefined;
      arrange(run);
      const ending = start();
      await clock.advance(31_000);
      const [refused] = world.reports;
      assert.ok(refused?.kind === 'refused' && refused.refusal === 'pod-cgroup-not-found');
      await clock.advance(60_000);
      assert.ok(world.questions <= 92);
      world.order = 'leave';
      await clock.advance(2_000);
      assert.equal(await ending, 'left');
      assert.deepEqual([slot.left, world.gate.removed], [0, 1]);
    });
  }

  it('reports a refusal of the ledger and goes when told to', async () => {
    const { world, clock, start } = createFakeRun();
    world.joined = () => ({ kind: 'refused', refusal: 'no-btf', detail: 'no /sys/kernel/btf/vmlinux' });
    const ending = start();
    await clock.advance(1_000);
    assert.ok(world.reports[0]?.kind === 'refused' && world.reports[0].refusal === 'no-btf');
    assert.equal(world.gate.opened, null);
    world.termination.abort();
    await clock.advance(1_000);
    assert.equal(await ending, 'handed-over');
  });

  it('keeps the gate closed to a canary whose profile could not be placed, and says why', async () => {
    const { world, clock, slot, start } = createFakeRun();
    world.placed = { kind: 'refused', detail: 'no room' };
    const ending = start();
    await clock.advance(1_000);
    const [refused] = world.reports;
    assert.ok(refused?.kind === 'refused' && refused.refusal === 'profile-not-placed' && refused.detail === 'no room');
    assert.deepEqual([world.gate.opened, slot.changes()], [null, 0n]);
    world.order = 'leave';
    await clock.advance(2_000);
    assert.deepEqual([await ending, world.unplaced], ['left', 1]);
  });

  it('says at SIGTERM what it has, and leaves slot and gate to its successor', async () => {
    const { world, clock, slot, start } = createFakeRun();
    const ending = start();
    slot.see(GATE, 35);
    await clock.advance(100);
    slot.see(APP, 0);
    world.termination.abort();
    await clock.advance(1_000);
    assert.equal(await ending, 'handed-over');
    assert.deepEqual(kinds(world.reports), ['armed', 'snapshot']);
    assert.deepEqual([slot.left, world.gate.removed], [0, 0]);
  });

  it('stays after SIGTERM until the target has ended when that is the last order', async () => {
    const { world, clock, slot, start } = createFakeRun();
    const ending = start();
    slot.see(GATE, 35);
    world.lastOrder = 'flush';
    world.termination.abort();
    await clock.advance(20_000);
    assert.equal(slot.left, 0);
    world.alive = [];
    await clock.advance(500);
    assert.equal(await ending, 'flushed');
    assert.equal(kinds(world.reports).at(-1), 'final');
  });

  it('hands over 5 s before its grace period ends when nobody answers', async () => {
    const { world, clock, slot, start } = createFakeRun();
    let ended = false;
    const ending = start().finally(() => (ended = true));
    slot.see(GATE, 35);
    await clock.advance(100);
    world.lastOrder = undefined;
    world.answer = () => ({ kind: 'not-now', message: 'away', retryAfterMs: 0 });
    slot.see(APP, 0);
    world.termination.abort();
    await clock.advance(24_900);
    assert.equal(ended, false);
    await clock.advance(200);
    assert.equal(await ending, 'handed-over');
    assert.equal(slot.left, 0);
  });

  it('says what a target labelled late may be missing', async () => {
    const { world, clock, start } = createFakeRun({
      arming: { arming: 'late', gated: false },
      containersCreated: () => ['app'],
    });
    const ending = start();
    await clock.advance(1_000);
    const [armed] = world.reports;
    assert.ok(armed?.kind === 'armed');
    assert.deepEqual([armed.arming, armed.reasons], ['late', ['late-arming']]);
    assert.equal(world.gate.opened, null);
    world.order = 'leave';
    await clock.advance(2_000);
    await ending;
  });

  it('says that the gate was past when something ran before the ledger was armed', async () => {
    const { world, clock, start } = createFakeRun({ containersCreated: () => ['flak-gate', 'app'] });
    const ending = start();
    await clock.advance(1_000);
    const [armed] = world.reports;
    assert.ok(armed?.kind === 'armed');
    assert.deepEqual(armed.reasons, ['gate-released']);
    world.order = 'leave';
    await clock.advance(2_000);
    await ending;
  });

  it('learns who a container is though it is gone before anyone asks', async () => {
    const { world, clock, slot, start } = createFakeRun();
    const ending = start();
    slot.see(GATE, 35);
    await clock.advance(100);
    world.alive = [PAUSE, APP];
    world.podChanged();
    world.alive = [PAUSE];
    world.records.delete(APP);
    slot.see(APP, 0);
    await clock.advance(10_000);
    assert.deepEqual(callsOf(world.reports.at(-1), 'app'), [0]);
    world.order = 'leave';
    await clock.advance(2_000);
    await ending;
  });

  it('fails aloud, and leaves the slot alone, when the ledger breaks', async () => {
    const { world, clock, slot, start } = createFakeRun();
    world.joined = () => {
      throw new Error('libbpf is gone');
    };
    const ending = start();
    await Promise.all([assert.rejects(ending, /libbpf is gone/), clock.advance(1_000)]);
    assert.equal(slot.left, 0);
  });
});
