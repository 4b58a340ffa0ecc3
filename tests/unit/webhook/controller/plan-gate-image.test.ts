import { equal } from 'node:assert/strict';
import { plan } from '../../../../webhook/controller/plan.ts';
import { NOW, STARTING_TRACER, WAITING_CONTAINER, action, facts, gate, trace, waitingPod } from './facts.ts';
import { check } from './plan-table.ts';

describe("plan: a gate whose image can't be pulled", () => {
  const failing = (changes: object = {}, sinceMs = 15_000) =>
    waitingPod({
      gate: gate({ state: { kind: 'waiting', reason: 'ImagePullBackOff' } }),
      scheduledAtMs: NOW - sinceMs,
      containers: [WAITING_CONTAINER],
      ...changes,
    });
  const mirrored = { ...facts().settings, gateImageMirror: 'mirror/gate:1' };
  const given = { report: null, tracer: STARTING_TRACER };
  /** By every replica, that it failed. */
  const KNOWN = { image: 'gate:1', sinceMs: NOW - 1000 };
  check([
    { title: 'it gets 15 s', given: { ...given, pod: failing({}, 14_000) }, does: [], recheckAfterMs: 1000 },
    {
      title: 'then the mirror',
      given: { ...given, pod: failing(), settings: mirrored },
      does: ['replace-gate-image'],
    },
    {
      title: 'the mirror gets its 15 s too',
      given: {
        ...given,
        settings: mirrored,
        pod: failing({ gate: gate({ image: 'mirror/gate:1', state: { kind: 'waiting', reason: 'ErrImagePull' } }) }),
      },
      does: [],
      recheckAfterMs: 15_000,
    },
    {
      title: 'then admission is told, and gets a second to know it on every replica',
      given: { ...given, pod: failing() },
      does: ['avoid-gate-image'],
      recheckAfterMs: 1000,
    },
    {
      title: 'it is not told twice meanwhile',
      given: { ...given, pod: failing({}, 15_700), avoidedGateImage: { image: 'gate:1', sinceMs: NOW - 600 } },
      does: [],
      recheckAfterMs: 400,
    },
    {
      title: "then a controller's pod is evicted",
      given: { ...given, pod: failing({}, 16_100), avoidedGateImage: KNOWN },
      does: ['evict-target'],
    },
    {
      title: 'what admission was told before this pod had failed is told anew',
      given: { ...given, pod: failing(), avoidedGateImage: { image: 'gate:1', sinceMs: NOW - 1000 } },
      does: ['avoid-gate-image'],
      recheckAfterMs: 1000,
    },
    {
      title: 'it is evicted after five seconds, however often others tell it anew or trust it again',
      given: { ...given, pod: failing({}, 20_000) },
      does: ['avoid-gate-image', 'evict-target'],
    },
    {
      title: 'it is evicted all the same where admission could not be told for a minute',
      given: { ...given, pod: failing({}, 15_000 + 60_000) },
      does: ['evict-target'],
    },
    {
      title: 'a bare pod is only told about',
      given: { ...given, pod: failing({ owner: null }, 16_100), avoidedGateImage: KNOWN },
      does: [],
    },
    {
      title: 'a bare pod that stays stuck does not tell admission again, at every resync',
      given: { ...given, pod: failing({ owner: null }, 15_000 + 60_000) },
      does: [],
    },
    {
      title: 'nor does one whose gate has the image of an earlier version, whose owner makes one of today',
      given: {
        ...given,
        pod: failing({ gate: gate({ image: 'gate:0', state: { kind: 'waiting', reason: 'ErrImagePull' } }) }),
      },
      does: ['evict-target'],
    },
    {
      title: 'a fail-closed pod is never evicted: its successor would run untraced',
      given: { ...given, pod: failing({ failClosed: true }, 16_100), avoidedGateImage: KNOWN },
      does: [],
    },
    {
      title: 'a pod whose trace was given up is no less held back by it',
      given: {
        report: null,
        tracer: null,
        pod: failing({ held: false }, 16_100),
        trace: trace({ phase: 'Untraced' }),
        avoidedGateImage: KNOWN,
      },
      does: ['evict-target'],
    },
    {
      title: 'a gate of that image that started since makes it trusted again',
      given: {
        report: null,
        tracer: STARTING_TRACER,
        pod: waitingPod(),
        avoidedGateImage: { image: 'gate:1', sinceMs: NOW - 5000 },
      },
      does: ['trust-gate-image'],
    },
  ]);

  it('the mirror that fails too makes admission avoid its own image, which is the one that it compares', () => {
    const stuck = failing(
      { gate: gate({ image: 'mirror/gate:1', state: { kind: 'waiting', reason: 'ErrImagePull' } }) },
      30_000,
    );
    const decision = plan(facts({ ...given, settings: mirrored, pod: stuck }), NOW);
    equal(action(decision, 'avoid-gate-image')?.image, 'gate:1');
  });
});
