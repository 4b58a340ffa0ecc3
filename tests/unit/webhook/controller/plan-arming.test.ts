import { deepEqual, equal, ok } from 'node:assert/strict';
import { plan } from '../../../../webhook/controller/plan.ts';
import {
  NOW,
  STARTING_TRACER,
  WAITING_GATE,
  action,
  eventReasons,
  facts,
  gate,
  latePod,
  pod,
  recordedFacts,
  tracer,
  waitingPod,
} from './facts.ts';
import { check, deletedAt, unarmed } from './plan-table.ts';

describe('plan: a target on its way to being armed', () => {
  check([
    {
      title: 'a new gated pod gets its Trace before it has a node',
      given: {
        ...unarmed,
        trace: null,
        tracer: null,
        pod: waitingPod({ nodeName: null }),
        node: { kind: 'unassigned' },
      },
      does: ['create-trace'],
    },
    {
      title: 'a bound pod gets its tracer',
      given: { ...unarmed, tracer: null, pod: waitingPod() },
      does: ['create-tracer'],
    },
    {
      title: 'while the API server says nothing of the node, the tracer waits and is asked for again',
      given: { ...unarmed, tracer: null, pod: waitingPod(), node: { kind: 'unknown' } },
      does: [],
      recheckAfterMs: 2000,
    },
    {
      title: 'the annotation medium is opened by the controller once the ledger is armed',
      given: {
        tracer: tracer(),
        report: recordedFacts('armed'),
        pod: waitingPod({ gate: gate({ medium: 'annotation', state: WAITING_GATE.state }) }),
      },
      does: ['open-gate'],
    },
    {
      title: 'the hostPath medium is left to the tracer',
      given: { report: recordedFacts('armed'), pod: waitingPod() },
      does: [],
    },
    {
      title: 'an opened gate is not opened again',
      given: {
        report: recordedFacts('armed'),
        pod: waitingPod({ gate: gate({ medium: 'annotation', state: WAITING_GATE.state }), signal: { kind: 'open' } }),
      },
      does: [],
    },
    {
      title: 'a running pod labelled late is held and traced',
      given: { ...unarmed, trace: null, tracer: null, pod: latePod() },
      does: ['add-finalizer', 'create-trace', 'create-tracer'],
    },
    {
      title: 'a pod labelled late that does not run yet is left alone',
      given: { ...unarmed, trace: null, tracer: null, pod: latePod({ phase: 'Pending' }) },
      does: [],
    },
    {
      title: 'a mirror pod is never traced late',
      given: { ...unarmed, trace: null, tracer: null, pod: latePod({ mirror: true }) },
      does: [],
    },
    {
      title: "a late pod whose containers do not call the node's kernel is left alone",
      given: { ...unarmed, trace: null, tracer: null, pod: latePod({ unsupported: 'unsupported-runtime-class' }) },
      does: [],
    },
    ...['flak-system', 'kube-system', 'kube-node-lease'].map((namespace) => ({
      title: `a pod in ${namespace} is never traced late, as admission puts no gate there`,
      given: { ...unarmed, trace: null, tracer: null, pod: latePod({ namespace }) },
      does: [],
    })),
    {
      title: 'a pod that is being deleted is not traced late',
      given: { ...unarmed, trace: null, tracer: null, pod: latePod(deletedAt(NOW + 20_000)) },
      does: [],
    },
    {
      title: 'a gated pod that was let go, and whose Trace is gone, is left alone',
      given: { ...unarmed, trace: null, tracer: null, pod: pod({ held: false }) },
      does: [],
    },
  ]);

  it('says that the gate waits, for what and until when, after 3 s', () => {
    const early = plan(facts({ report: null, tracer: STARTING_TRACER, pod: waitingPod() }), NOW);
    deepEqual(eventReasons(early), []);
    equal(early.recheckAfterMs, 2000);
    const running = { kind: 'running', startedAtMs: NOW - 3000 } as const;
    const late = plan(
      facts({ report: null, tracer: STARTING_TRACER, pod: waitingPod({ gate: gate({ state: running }) }) }),
      NOW,
    );
    const told = action(late, 'record-event');
    equal(told?.reason, 'FlakWaiting');
    ok(told.message.includes('tracer-web-1-3c1f6a52'), told.message);
    ok(told.message.includes(new Date(NOW - 3000 + 60_000).toISOString()), told.message);
  });
});
