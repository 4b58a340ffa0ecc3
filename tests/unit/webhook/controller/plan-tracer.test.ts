import { deepEqual, equal } from 'node:assert/strict';
import { plan } from '../../../../webhook/controller/plan.ts';
import { eventReasons, facts, kinds, NOW, pod, stopped, tracer } from './facts.ts';
import { check } from './plan-table.ts';

describe('plan: a tracer that fails while its target is recorded', () => {
  check([
    {
      title: 'one that ended is removed',
      given: { tracer: tracer({ phase: 'Failed' }) },
      does: ['delete-tracer'],
    },
    {
      title: 'one that vanished is made again',
      given: { tracer: null },
      does: ['create-tracer'],
    },
    {
      title: 'the next one waits its time',
      given: { tracer: null, attempts: { made: 3, lastAtMs: NOW - 1000, refused: null } },
      does: [],
      recheckAfterMs: 3000,
    },
    {
      title: 'one that is terminating is waited for, but not for ever',
      given: { tracer: tracer({ deletionAtMs: NOW - 30_000 }) },
      does: ['delete-tracer'],
    },
    {
      title: 'a full node is no reason to give up what is recorded already',
      given: { tracer: null, otherTracersOnNode: 10 },
      does: ['create-tracer'],
    },
  ]);
});

describe('plan: words about a tracer that ended', () => {
  const ending = pod({ deletionAtMs: NOW, containers: [stopped(NOW - 1000)] });

  it('are none when it ended well at the end of its target: its last report may only not have been seen yet', () => {
    const done = plan(facts({ pod: ending, tracer: tracer({ phase: 'Succeeded' }) }), NOW);
    deepEqual(kinds(done), ['delete-tracer']);
    equal(eventReasons(done).includes('FlakTracerFailed'), false);
  });

  it('are said when it failed, or when its target lives on', () => {
    for (const changes of [
      { pod: ending, tracer: tracer({ phase: 'Failed' }) },
      { tracer: tracer({ phase: 'Succeeded' }) },
    ]) {
      equal(eventReasons(plan(facts(changes), NOW)).includes('FlakTracerFailed'), true);
    }
  });
});
