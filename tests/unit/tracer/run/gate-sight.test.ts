import assert from 'node:assert/strict';
import type { ContainerRecording, Origin } from '../../../../profile/recording.ts';
import { armingReasons, GATE_CONTAINER, sightOfGate, type ArmingFacts } from '../../../../tracer/run/gate-sight.ts';

const before: ArmingFacts = {
  arming: 'before-gate',
  gated: true,
  resumed: false,
  openedBefore: false,
  createdBefore: [],
};

function recording(
  name: string | null,
  kind: ContainerRecording['kind'],
  origin: Origin = 'startup',
): ContainerRecording {
  const calls = [{ nr: 35, firstSeenNs: '1' }];
  return {
    containerId: 'a',
    name,
    kind,
    runtime: null,
    entries: [{ abi: 'x86_64', origin, calls, denied: [], arguments: [] }],
  };
}

describe('what is seen of the gate', () => {
  const pause = recording(null, 'sandbox');
  const gate = recording(GATE_CONTAINER, 'container');
  const table: readonly [string, Partial<ArmingFacts>, ContainerRecording[], string][] = [
    ['nothing recorded yet', {}, [], 'waiting'],
    ['the pause process only', {}, [pause], 'waiting'],
    ["the gate's own calls", {}, [pause, gate], 'seen'],
    ['the gate still being set up', {}, [recording(GATE_CONTAINER, 'container', 'setup')], 'waiting'],
    ['calls of a container whose name is not known yet', {}, [recording(null, 'unknown')], 'seen'],
    ['a container that the gate would hold back', {}, [gate, recording('app', 'container', 'setup')], 'behind'],
    ['a container begun before arming', { createdBefore: [GATE_CONTAINER, 'app'] }, [], 'behind'],
    ['the gate begun before arming', { createdBefore: [GATE_CONTAINER] }, [], 'waiting'],
    ["a predecessor's opening", { openedBefore: true }, [], 'behind'],
    ['a target labelled late', { arming: 'late' }, [], 'behind'],
    ['a target without a gate', { gated: false }, [], 'behind'],
  ];
  for (const [what, facts, recordings, expected] of table) {
    it(`is ${expected}: ${what}`, () => {
      assert.equal(sightOfGate({ ...before, ...facts }, recordings), expected);
    });
  }
});

describe('what a recording may miss for the way it began', () => {
  const table: readonly [string, Partial<ArmingFacts>, string[]][] = [
    ['armed before anything ran', { createdBefore: [GATE_CONTAINER] }, []],
    ['armed late', { arming: 'late', createdBefore: ['app'] }, ['late-arming']],
    ['something had passed the gate', { createdBefore: [GATE_CONTAINER, 'app'] }, ['gate-released']],
    ["the predecessor's slot goes on", { resumed: true, openedBefore: true, createdBefore: ['app'] }, []],
    ["the predecessor's slot is gone", { openedBefore: true, createdBefore: ['app'] }, ['tracer-lost']],
    ['no gate was asked for', { gated: false, createdBefore: ['app'] }, []],
  ];
  for (const [what, facts, reasons] of table) {
    it(`is ${reasons.join() || 'nothing'}: ${what}`, () => {
      assert.deepEqual(armingReasons({ ...before, ...facts }), reasons);
    });
  }
});
