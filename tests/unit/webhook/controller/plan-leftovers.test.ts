import { NOW, recordedFacts, trace } from './facts.ts';
import { check } from './plan-table.ts';

describe('plan: what is left behind', () => {
  const finished = trace({ phase: 'Complete' });
  const gone = { pod: null, tracer: null, report: null };
  const ended = (hoursAgo: number) =>
    trace({ phase: 'Untraced', endedAt: new Date(NOW - hoursAgo * 3_600_000).toISOString() });
  check([
    {
      title: 'a finished pod that is still held is let go',
      given: { trace: finished, tracer: null, report: null },
      does: ['remove-finalizer'],
    },
    {
      title: 'the tracer goes before its report',
      given: { trace: finished, pod: null },
      does: ['delete-tracer'],
    },
    {
      title: 'the report goes last',
      given: { trace: finished, pod: null, tracer: null },
      does: ['delete-trace-state'],
    },
    {
      title: 'a finished Trace is there to be read for a week',
      given: { ...gone, trace: ended(7 * 24 - 1) },
      does: [],
    },
    {
      title: 'a finished Trace goes after a week',
      given: { ...gone, trace: ended(7 * 24) },
      does: ['delete-trace'],
    },
    {
      title: 'a finished Trace goes after an hour where there are too many',
      given: { ...gone, trace: ended(1), traces: 5001 },
      does: ['delete-trace'],
    },
    {
      title: 'a finished Trace stays as long as its pod does',
      given: { trace: ended(7 * 24), tracer: null, report: null },
      does: ['remove-finalizer'],
    },
    {
      title: 'an old Trace that is still open is not old',
      given: {
        trace: trace({ phase: 'Recording', endedAt: '2020-01-01T00:00:00Z' }),
        pod: null,
        report: null,
        tracer: null,
      },
      does: ['finish-untraced'],
    },
    {
      title: 'a tracer without pod and Trace',
      given: { trace: null, pod: null, report: null },
      does: ['delete-tracer'],
    },
    {
      title: 'a report without pod and Trace',
      given: { trace: null, pod: null, tracer: null },
      does: ['delete-trace-state'],
    },
    {
      title: 'somebody removed the finalizer: the tracer is asked for what it has',
      given: { pod: null },
      does: ['delete-tracer'],
    },
    {
      title: 'somebody removed the finalizer: then the last report stands',
      given: { pod: null, tracer: null },
      does: ['store-profiles', 'delete-trace-state'],
      extra: ['finalizer-removed'],
    },
    {
      title: 'somebody removed the finalizer after the last report: nothing is lacking',
      given: { pod: null, tracer: null, report: recordedFacts('final') },
      does: ['store-profiles', 'delete-trace-state'],
      extra: [],
    },
    {
      title: 'somebody removed the finalizer, and the last report is there already: its tracer has nothing to add',
      given: { pod: null, report: recordedFacts('final') },
      does: ['store-profiles', 'delete-tracer'],
      extra: [],
    },
    {
      title: 'somebody removed the finalizer before anything was recorded',
      given: { pod: null, tracer: null, report: null },
      does: ['finish-untraced'],
      reason: 'finalizer-removed',
    },
  ]);
});
