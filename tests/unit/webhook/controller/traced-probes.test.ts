import assert from 'node:assert/strict';
import type { FalcoFacts } from '../../../../webhook/controller/facts.ts';
import { plan } from '../../../../webhook/controller/plan.ts';
import { extraReasons } from '../../../../webhook/controller/plan-reasons.ts';
import { tracedProbes } from '../../../../webhook/controller/traced-probes.ts';
import { readWishes } from '../../../../webhook/wishes.ts';
import { action, facts, NOW, pod, recordedFacts } from './facts.ts';

const FALCO: FalcoFacts = {
  state: 'watching',
  detail: '',
  version: '0.44.1',
  readyAt: '2026-01-01T11:59:00.000Z',
  drops: 0,
  gaps: [{ from: '2026-01-01T11:58:58.000Z', to: null, why: 'late' }],
  gapsOmitted: 2,
  shed: ['futex', 'read'],
};

describe('what a Trace says of its probes', () => {
  it('is the ledger alone where its tracer knows no other', () => {
    assert.deepEqual(tracedProbes({ arming: 'late' }), { ledger: 'late' });
    assert.deepEqual(tracedProbes({ arming: 'before-gate', falco: null, files: null }), { ledger: 'before-gate' });
  });

  it('is how Falco fares, in numbers', () => {
    assert.deepEqual(tracedProbes({ arming: 'before-gate', falco: FALCO }).falco, {
      state: 'watching',
      version: '0.44.1',
      drops: 0,
      gaps: 3,
      shed: 2,
    });
  });

  it('is in words what a state says too little of', () => {
    const absent = { ...FALCO, state: 'absent' as const, version: null, detail: 'there is no /usr/bin/falco' };
    const { falco } = tracedProbes({ arming: 'before-gate', falco: absent });
    assert.deepEqual([falco?.detail, falco && 'version' in falco], ['there is no /usr/bin/falco', false]);
  });

  it('is what became of lines', () => {
    const files = { lines: { kept: 3, dropped: 1, uploaded: 2 }, reasons: ['lines-capped' as const] };
    assert.deepEqual(tracedProbes({ arming: 'before-gate', files }).files, {
      linesKept: 3,
      linesDropped: 1,
      linesUploaded: 2,
      reasons: ['lines-capped'],
    });
  });

  it('stands in its status while it records', () => {
    const planned = plan(facts({ report: { ...recordedFacts(), falco: FALCO } }), NOW);
    assert.equal(action(planned, 'set-trace-status')?.status.probes?.falco?.state, 'watching');
  });
});

describe('a Falco that is required', () => {
  const reasons = (wish: string, falco: FalcoFacts | null) =>
    extraReasons(
      facts({ report: { ...recordedFacts(), falco } }),
      pod({ wishes: readWishes({ 'flak.dev/falco': wish }).wishes }),
    );

  it('is missed where it never showed an event, whatever the state', () => {
    assert.deepEqual(reasons('required', null), ['falco-missing']);
    for (const state of ['absent', 'capped', 'failed', 'starting'] as const)
      assert.deepEqual(reasons('required', { ...FALCO, state, readyAt: null }), ['falco-missing'], state);
  });

  it('is not missed where it watched, nor where it was not required', () => {
    assert.deepEqual(reasons('required', FALCO), []);
    assert.deepEqual(reasons('optional', { ...FALCO, state: 'absent', readyAt: null }), []);
    assert.deepEqual(reasons('off', null), []);
  });

  it('is also missed by a target that has no gate, and beside what its gate says', () => {
    const wishes = readWishes({ 'flak.dev/falco': 'required' }).wishes;
    assert.deepEqual(extraReasons(facts(), pod({ wishes, gate: null })), ['falco-missing']);
    const released = pod({ wishes, signal: { kind: 'release', reason: 'capped' } });
    assert.deepEqual(extraReasons(facts(), released), ['gate-released', 'falco-missing']);
  });

  it('is nobody to be missed where nothing was recorded', () => {
    const wishes = readWishes({ 'flak.dev/falco': 'required' }).wishes;
    assert.deepEqual(extraReasons(facts({ report: null }), pod({ wishes })), []);
  });
});
