import { NOW, tracer } from './facts.ts';
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
