import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ORDERS } from '../../../../profile/recording.ts';
import {
  decide,
  DRAIN_MS,
  FLUSH_LOOK_MS,
  GATE_LOOK_MS,
  LEAVE_MS,
  SANDBOX_WAIT_MS,
  type Facts,
  type Phase,
} from '../../../../tracer/run/decide.ts';

const pace = { firstSnapshotMs: 10_000, longestSnapshotMs: 600_000 };
const calm: Facts = {
  nowMs: 1000,
  order: 'record',
  stopping: null,
  gate: 'waiting',
  ended: 'no',
  grew: false,
  crowded: false,
  courier: 'idle',
  falco: { holdsGate: false, behind: false },
};
const step = (phase: Phase, facts: Partial<Facts>) => decide(phase, { ...calm, ...facts }, pace);

const awaiting: Phase = { kind: 'awaiting-gate' };
const calmly = { atMs: 0, pauseMs: 1_000 };
const recording: Phase = { kind: 'recording', snapshotAtMs: 11_000, intervalMs: 10_000, early: calmly };
const flushing: Phase = { kind: 'flushing', quietSinceMs: null };
const closing: Phase = { kind: 'closing' };
const stopping = (answer: 'flush' | 'hand-over' | 'leave' | null) => ({ deadlineMs: 50_000, answer });

describe('the next step', () => {
  describe('while the gate holds the target back', () => {
    it('is another look, 50 times a second', () => {
      assert.deepEqual(step(awaiting, {}), { phase: awaiting, actions: [], wakeAtMs: 1000 + GATE_LOOK_MS });
    });
    it('is opening it and saying so once the ledger has seen it', () => {
      assert.deepEqual(step(awaiting, { gate: 'seen' }), {
        phase: recording,
        actions: ['open-gate', 'submit-armed'],
        wakeAtMs: 11_000,
      });
    });
    it('is recording, without opening anything, where the target is past it', () => {
      const next = step(awaiting, { gate: 'behind' });
      assert.deepEqual('actions' in next && next.actions, ['submit-armed']);
    });
    it('is another look while Falco, which is required, has not seen it, and opening it once that is over', () => {
      const holding = { holdsGate: true, behind: false };
      const held = step(awaiting, { gate: 'seen', falco: holding });
      assert.deepEqual(held, { phase: awaiting, actions: [], wakeAtMs: 1000 + GATE_LOOK_MS });
      const past = step(awaiting, { gate: 'behind', falco: holding });
      assert.deepEqual('actions' in past && past.actions, ['submit-armed']);
    });
    it('is flushing when the target is deleted before it started', () => {
      const next = step(awaiting, { order: 'flush', gate: 'seen' });
      assert.equal('phase' in next && next.phase.kind, 'flushing');
      const gone = step(awaiting, { order: 'flush', ended: 'pod' });
      assert.deepEqual('actions' in gone && gone.actions, ['submit-final']);
    });
    it('is handing over to a successor when that is the last order', () => {
      assert.deepEqual(step(awaiting, { stopping: stopping('hand-over') }), { ending: 'handed-over' });
    });
  });

  describe('while recording', () => {
    it('is nothing until a snapshot is due, however much is seen', () => {
      assert.deepEqual(step(recording, { grew: true }), { phase: recording, actions: [], wakeAtMs: 11_000 });
    });
    it('is a snapshot when one is due and something new was seen, at intervals that double up to the longest', () => {
      let phase: Phase = recording;
      const waits: number[] = [];
      for (let nowMs = 11_000; waits.length < 9;) {
        const next = step(phase, { nowMs, grew: waits.length % 2 === 0 });
        assert.ok('phase' in next && next.wakeAtMs !== null);
        assert.deepEqual(next.actions, waits.length % 2 === 0 ? ['submit-snapshot'] : []);
        waits.push((next.wakeAtMs - nowMs) / 1000);
        nowMs = next.wakeAtMs;
        phase = next.phase;
      }
      assert.deepEqual(waits, [20, 40, 80, 160, 320, 600, 600, 600, 600]);
    });
    it('is a snapshot at once when room can be made by it, ever later while none is made', () => {
      let phase: Phase = recording;
      const waits: number[] = [];
      let nowMs = 1000;
      while (waits.length < 8) {
        const next = step(phase, { nowMs, crowded: true });
        assert.ok('phase' in next && next.wakeAtMs !== null);
        if (next.actions.length > 0) waits.push(next.wakeAtMs - nowMs);
        phase = { ...(next.phase as typeof recording), snapshotAtMs: 10 ** 9 };
        nowMs = Math.min(next.wakeAtMs, nowMs + 60_000);
      }
      assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    });
    it('is no early snapshot while a report is on its way, and one at once when it was crowded, made room, and is crowded again', () => {
      const busy = step(recording, { crowded: true, courier: 'busy' });
      assert.deepEqual(busy, { phase: recording, actions: [], wakeAtMs: 11_000 });
      const paused: Phase = { ...recording, early: { atMs: 5_000, pauseMs: 4_000 } };
      assert.deepEqual(step(paused, { crowded: true }), { phase: paused, actions: [], wakeAtMs: 5_000 });
      const calm = step(paused, { crowded: false });
      assert.deepEqual('phase' in calm && calm.phase, recording);
    });
    it('is a snapshot at once when told to stop, then waiting for the last order', () => {
      const next = step(recording, { stopping: stopping(null), grew: true });
      assert.deepEqual(next, { phase: recording, actions: ['submit-snapshot'], wakeAtMs: 11_000 });
      const told = step(recording, { stopping: stopping('hand-over'), courier: 'busy' });
      assert.ok(!('ending' in told));
      assert.deepEqual(step(recording, { stopping: stopping('hand-over') }), { ending: 'handed-over' });
    });
    it('is flushing when the last order says so', () => {
      const next = step(recording, { stopping: stopping('flush') });
      assert.equal('phase' in next && next.phase.kind, 'flushing');
    });
  });

  describe('while flushing', () => {
    it('is a look every 50 ms as long as a container lives', () => {
      assert.deepEqual(step(flushing, {}), { phase: flushing, actions: [], wakeAtMs: 1000 + FLUSH_LOOK_MS });
    });
    it('is the final report at once when nothing of the pod is left', () => {
      assert.deepEqual(step(flushing, { ended: 'pod' }), { phase: closing, actions: ['submit-final'], wakeAtMs: null });
    });
    it('is a last moment for what Falco is about to tell, which ends though Falco never ends telling', () => {
      const behind = { ended: 'pod', falco: { holdsGate: false, behind: true } } as const;
      const first = step(flushing, behind);
      assert.ok('phase' in first);
      assert.deepEqual([first.phase, first.actions], [{ kind: 'flushing', quietSinceMs: 1000 }, []]);
      const later = step(first.phase, { ...behind, nowMs: 1000 + DRAIN_MS });
      assert.deepEqual('actions' in later && later.actions, ['submit-final']);
    });
    it('is the final report when no container has lived for as long as the sandbox is waited for', () => {
      const first = step(flushing, { ended: 'containers' });
      assert.deepEqual('phase' in first && first.phase, { kind: 'flushing', quietSinceMs: 1000 });
      const quiet: Phase = { kind: 'flushing', quietSinceMs: 1000 };
      const next = step(quiet, { ended: 'containers', nowMs: 1000 + SANDBOX_WAIT_MS });
      assert.deepEqual('actions' in next && next.actions, ['submit-final']);
    });
    it('begins to count anew when a container came back in between', () => {
      const next = step({ kind: 'flushing', quietSinceMs: 1000 }, { nowMs: 1100 });
      assert.deepEqual('phase' in next && next.phase, flushing);
    });
    it('goes on though another replica has not heard of the end yet', () => {
      const next = step(flushing, { order: 'record', stopping: stopping('hand-over') });
      assert.equal('phase' in next && next.phase.kind, 'flushing');
    });
  });

  describe('with the final report on its way', () => {
    it('is waiting, however often the last order comes', () => {
      for (const courier of ['busy', 'rejected'] as const)
        assert.deepEqual(step(closing, { courier, order: 'flush' }), { phase: closing, actions: [], wakeAtMs: null });
    });
    it('is the end once it is acknowledged', () => {
      assert.deepEqual(step(closing, {}), { ending: 'flushed' });
    });
  });

  describe('when ordered to leave', () => {
    it('is leaving at once where everything has been said', () => {
      for (const phase of [awaiting, recording, flushing, closing])
        assert.deepEqual(step(phase, { order: 'leave' }), { ending: 'left' });
    });
    it('is one last snapshot where something is new, waited for briefly', () => {
      const leaving: Phase = { kind: 'leaving', untilMs: 1000 + LEAVE_MS };
      assert.deepEqual(step(recording, { order: 'leave', grew: true }), {
        phase: leaving,
        actions: ['submit-snapshot'],
        wakeAtMs: leaving.untilMs,
      });
      assert.ok('phase' in step(leaving, { order: 'leave', courier: 'busy' }));
      assert.deepEqual(step(leaving, { order: 'leave' }), { ending: 'left' });
      assert.deepEqual(step(leaving, { courier: 'busy', nowMs: leaving.untilMs }), { ending: 'left' });
    });
  });

  const anyPhase = fc.constantFrom<Phase>(awaiting, recording, flushing, closing, { kind: 'leaving', untilMs: 3000 });
  const anyFacts: fc.Arbitrary<Facts> = fc.record({
    nowMs: fc.integer({ min: 0, max: 100_000 }),
    order: fc.constantFrom(...ORDERS),
    stopping: fc.option(
      fc.record({ deadlineMs: fc.integer({ min: 0, max: 100_000 }), answer: fc.option(fc.constantFrom(...ORDERS)) }),
    ),
    gate: fc.constantFrom('waiting' as const, 'seen' as const, 'behind' as const),
    ended: fc.constantFrom('no' as const, 'containers' as const, 'pod' as const),
    grew: fc.boolean(),
    crowded: fc.boolean(),
    courier: fc.constantFrom('idle' as const, 'busy' as const, 'finished' as const, 'rejected' as const),
    falco: fc.record({ holdsGate: fc.boolean(), behind: fc.boolean() }),
  });

  it('never looks again at once: whatever is waited for, time passes or somebody rings', () => {
    fc.assert(
      fc.property(anyPhase, anyFacts, (phase, facts) => {
        const next = decide(phase, { ...facts, stopping: null }, pace);
        if ('ending' in next || next.wakeAtMs === null || next.phase.kind === 'leaving') return;
        assert.ok(next.wakeAtMs > facts.nowMs);
      }),
    );
  });

  it('ends when the control plane wants no more reports, and never later than the grace period', () => {
    fc.assert(
      fc.property(anyPhase, anyFacts, (phase, facts) => {
        const next = decide(phase, facts, pace);
        if (facts.courier === 'finished') assert.deepEqual(next, { ending: 'left' });
        if (facts.stopping === null || 'ending' in next) return;
        const leaving = next.phase.kind === 'leaving';
        assert.ok(next.wakeAtMs !== null && (leaving || next.wakeAtMs <= facts.stopping.deadlineMs));
        assert.ok(leaving || facts.nowMs < facts.stopping.deadlineMs);
      }),
    );
  });

  it('gives the slot up only for a stored final report, an order to leave, or a trace that is finished', () => {
    fc.assert(
      fc.property(anyPhase, anyFacts, (phase, facts) => {
        const next = decide(phase, facts, pace);
        if (!('ending' in next) || next.ending === 'handed-over') return;
        const told = facts.order === 'leave' || facts.stopping?.answer === 'leave' || phase.kind === 'leaving';
        if (next.ending === 'left') assert.ok(told || facts.courier === 'finished');
        else assert.ok(phase.kind === 'closing' && facts.courier === 'idle');
      }),
    );
  });

  it('opens the gate only when the ledger has seen it', () => {
    fc.assert(
      fc.property(anyPhase, anyFacts, (phase, facts) => {
        const next = decide(phase, facts, pace);
        if ('actions' in next && next.actions.includes('open-gate')) assert.equal(facts.gate, 'seen');
      }),
    );
  });
});
