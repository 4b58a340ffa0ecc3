import { NOW, latePod, pod, tracer, waitingPod } from './facts.ts';
import { check, unarmed } from './plan-table.ts';

describe('plan: when Flak is removed, or its labels are', () => {
  const since = { uninstallingSinceMs: NOW - 1000 };
  const unlabelled = { optIn: null, traced: false } as const;
  check([
    {
      title: 'a waiting gate is released and the pod let go',
      given: { ...unarmed, ...since, pod: waitingPod() },
      does: ['release-gate', 'finish-untraced', 'remove-finalizer', 'delete-tracer'],
      reason: 'uninstalling',
    },
    {
      title: 'a fail-closed gate is not released, yet the pod is let go',
      given: { ...unarmed, ...since, pod: waitingPod({ failClosed: true }) },
      does: ['finish-untraced', 'remove-finalizer', 'delete-tracer'],
    },
    {
      title: 'a recorded target waits for its tracer to leave',
      given: since,
      does: [],
      recheckAfterMs: 7000,
    },
    {
      title: 'a tracer that has left leaves a partial profile',
      given: { ...since, tracer: tracer({ phase: 'Succeeded' }) },
      does: ['store-profiles', 'remove-finalizer', 'delete-tracer'],
      extra: ['flush-deadline'],
    },
    {
      title: 'a tracer that does not leave is not waited for longer than 8 s',
      given: { uninstallingSinceMs: NOW - 8000 },
      does: ['store-profiles', 'remove-finalizer', 'delete-tracer'],
    },
    {
      title: 'no new target is taken on',
      given: { ...unarmed, ...since, trace: null, tracer: null, pod: latePod() },
      does: [],
    },
    {
      title: 'withdrawn labels: the tracer is asked to leave',
      given: { pod: pod(unlabelled) },
      does: ['delete-tracer'],
    },
    {
      title: 'withdrawn labels: what was seen until then is stored',
      given: { pod: pod(unlabelled), tracer: null },
      does: ['store-profiles', 'remove-finalizer'],
      extra: ['flush-deadline'],
    },
    {
      title: 'a traced pod that is told to opt out is let go, whatever label admission gave it',
      given: { pod: pod({ optIn: 'false', traced: true }), tracer: null },
      does: ['store-profiles', 'remove-finalizer'],
      extra: ['flush-deadline'],
    },
    {
      title: 'withdrawn labels: a gate that waits is released',
      given: { ...unarmed, pod: waitingPod(unlabelled) },
      does: ['release-gate', 'finish-untraced', 'remove-finalizer', 'delete-tracer'],
      reason: 'withdrawn',
    },
  ]);
});
