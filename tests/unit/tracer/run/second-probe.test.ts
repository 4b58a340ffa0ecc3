import assert from 'node:assert/strict';
import type { RecordedReport, Report } from '../../../../profile/recording.ts';
import { NO_FALCO, type SecondProbe } from '../../../../tracer/falco/second-probe.ts';
import { settle } from '../../../fake-clock.ts';
import { APP, callsOf, createFakeRun, FakeSlot, GATE, kinds, PAUSE } from './fake-run.ts';

/** A second probe of which a test says how it is. */
function createProbe() {
  const state = { holds: false, behind: false, changes: 0, missing: false };
  const heard: string[] = [];
  const probe: SecondProbe = {
    ...NO_FALCO,
    start: () => heard.push('start'),
    holdsGate: () => state.holds,
    isBehind: () => state.behind,
    changes: () => state.changes,
    isMissing: () => state.missing,
    release: (since, why) => heard.push(`release ${why} ${since.toISOString()}`),
    section: () => ({ ...NO_FALCO.section(), state: 'watching', events: state.changes }),
    finish: (how) => heard.push(`finish ${how}`),
  };
  return { state, heard, probe };
}

const last = (reports: readonly Report[]): RecordedReport => reports.at(-1) as RecordedReport;

describe('a run with a second probe', () => {
  it('opens the gate when the ledger has seen it and the probe no longer holds it', async () => {
    const { state, heard, probe } = createProbe();
    state.holds = true;
    const { world, start, clock } = createFakeRun({ falco: probe });
    const ending = start();
    await settle();
    world.slot.see(GATE, 1);
    await clock.advance(5_000);
    assert.equal(world.gate.opened, null);
    state.holds = false;
    await clock.advance(20);
    assert.notEqual(world.gate.opened, null);
    assert.deepEqual(heard, ['start', `release late ${clock.now().toISOString()}`]);
    world.order = 'leave';
    await clock.advance(60_000);
    await ending;
  });

  it('sends a snapshot when the probe alone has something new, and both sections in each report', async () => {
    const { state, probe } = createProbe();
    const lines = { kept: 0, dropped: 0, uploaded: 0 };
    const files = { section: () => ({ containers: [], lines, reasons: ['falco-late' as const] }) };
    const { world, start, clock } = createFakeRun({ falco: probe, files });
    const ending = start();
    world.slot.see(GATE, 1);
    await clock.advance(20);
    assert.deepEqual(kinds(world.reports), ['armed']);
    state.changes = 3;
    await clock.advance(10_000);
    assert.deepEqual(kinds(world.reports), ['armed', 'snapshot']);
    assert.equal(last(world.reports).falco?.events, 3);
    assert.deepEqual(last(world.reports).files?.reasons, ['falco-late']);
    world.order = 'leave';
    await clock.advance(60_000);
    await ending;
  });

  it('ends the probe before the last report, which says all that the ledger saw and why the probe is missing', async () => {
    const { state, heard, probe } = createProbe();
    state.missing = true;
    const { world, start, clock } = createFakeRun({ falco: probe });
    const ending = start();
    world.slot.see(GATE, 1);
    await clock.advance(20);
    world.alive = [PAUSE, APP];
    world.slot.see(APP, 7, 8);
    world.order = 'flush';
    world.alive = [];
    await clock.advance(60_000);
    assert.equal(await ending, 'flushed');
    assert.equal(heard.at(-1), 'finish ended');
    assert.deepEqual(last(world.reports).reasons, ['falco-missing']);
    assert.deepEqual(callsOf(world.reports.at(-1), APP).length + callsOf(world.reports.at(-1), 'app').length, 2);
  });

  it('says of a successor that its probe has seen nothing since the ledger was armed', async () => {
    const { heard, probe } = createProbe();
    const slot = new FakeSlot();
    slot.resumed = true;
    const { world, start, clock } = createFakeRun({ falco: probe }, slot);
    world.gate.opened = clock.now();
    const ending = start();
    await clock.advance(20);
    assert.match(heard[1] ?? '', /^release tracer-restarted 2025-12-31T23:59:59\.000Z$/);
    world.termination.abort();
    await clock.advance(60_000);
    assert.equal(await ending, 'handed-over');
    assert.equal(heard.at(-1), 'finish handed-over');
  });

  it('does not start it where the ledger could not be armed', async () => {
    const { heard, probe } = createProbe();
    const { world, start, clock } = createFakeRun({ falco: probe });
    world.joined = () => ({ kind: 'refused', refusal: 'no-btf', detail: '' });
    const ending = start();
    await clock.advance(100);
    world.order = 'leave';
    await clock.advance(60_000);
    await ending;
    assert.deepEqual(heard, []);
  });
});
