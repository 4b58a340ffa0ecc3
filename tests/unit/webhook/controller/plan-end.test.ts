import { deepEqual, equal } from 'node:assert/strict';
import type { Action } from '../../../../webhook/controller/actions.ts';
import { plan } from '../../../../webhook/controller/plan.ts';
import { NOW, action, facts, gate, pod, recordedFacts, stopped, waitingPod } from './facts.ts';
import { check, deletedAt, unarmed } from './plan-table.ts';

describe('plan: a target that ends', () => {
  const ending = pod({ ...deletedAt(NOW - 1000), containers: [stopped(NOW - 5000)] });
  const DONE: Action['kind'][] = ['store-profiles', 'remove-finalizer', 'delete-tracer'];
  check([
    {
      title: 'the last report is merged, then the pod is let go, then the tracer',
      given: { pod: ending, report: recordedFacts('final') },
      does: DONE,
      extra: [],
    },
    {
      title: 'a Job that has finished is flushed without being deleted',
      given: { pod: pod({ phase: 'Succeeded', containers: [stopped(NOW - 2000)] }), report: recordedFacts('final') },
      does: DONE,
    },
    {
      title: 'before the deadline the pod waits',
      given: { pod: ending },
      does: [],
      recheckAfterMs: 25_000,
    },
    {
      title: 'after the deadline the last snapshot counts',
      given: { pod: pod({ ...deletedAt(NOW - 1000), containers: [stopped(NOW - 30_000)] }) },
      does: DONE,
      extra: ['flush-deadline'],
    },
    {
      title: 'counted since it was seen to stop, whatever the clock of its node says: it may be behind',
      given: {
        seenStoppedAtMs: NOW - 5000,
        pod: pod({ ...deletedAt(NOW - 1000), containers: [stopped(NOW - 300_000)] }),
      },
      does: [],
      recheckAfterMs: 25_000,
    },
    {
      title: 'or ahead',
      given: {
        seenStoppedAtMs: NOW - 30_000,
        pod: pod({ ...deletedAt(NOW - 1000), containers: [stopped(NOW + 300_000)] }),
      },
      does: DONE,
      extra: ['flush-deadline'],
    },
    {
      title: 'a tracer that armed and said nothing since is lost',
      given: {
        report: recordedFacts('armed'),
        pod: pod({ ...deletedAt(NOW - 1000), containers: [stopped(NOW - 30_000)] }),
      },
      does: DONE,
      extra: ['tracer-lost'],
    },
    {
      title: 'deleted by force: the deadline counts from the end of the grace period',
      given: { pod: pod(deletedAt(NOW - 29_000)) },
      does: [],
      recheckAfterMs: 1000,
    },
    {
      title: 'deleted by force, after the deadline',
      given: { pod: pod(deletedAt(NOW - 30_000)) },
      does: DONE,
      extra: ['flush-deadline'],
    },
    {
      title: 'a kubelet that has not heard of the deletion yet: the target runs, and nothing is overdue',
      given: { pod: pod({ ...deletedAt(NOW - 60_000), awaitsKubelet: true }) },
      does: [],
      recheckAfterMs: 243_000,
    },
    {
      title: 'a kubelet that stays silent: some minutes are waited, not for ever',
      given: { pod: pod({ ...deletedAt(NOW - 330_000), awaitsKubelet: true }) },
      does: DONE,
      extra: ['flush-deadline'],
    },
    {
      title: 'a kubelet that has stopped the target, and not yet said that it is done',
      given: { pod: pod({ ...deletedAt(NOW - 60_000), awaitsKubelet: true, containers: [stopped(NOW - 30_000)] }) },
      does: DONE,
      extra: ['flush-deadline'],
    },
    {
      title: 'what became overdue while nobody led is given its time again',
      given: { pod: pod(deletedAt(NOW - 300_000)), leadingSinceMs: NOW - 10_000 },
      does: [],
      recheckAfterMs: 20_000,
    },
    {
      title: 'a node that is gone will send nothing more',
      given: { pod: pod(deletedAt(NOW)), node: { kind: 'gone' } },
      does: DONE,
      extra: ['flush-deadline'],
    },
    {
      title: 'a tracer that died at the end gets a successor: the kernel still has it all',
      given: { pod: ending, tracer: null },
      does: ['create-tracer'],
    },
    {
      title: 'deleted before it had a node',
      given: {
        ...unarmed,
        tracer: null,
        node: { kind: 'unassigned' },
        pod: waitingPod({
          nodeName: null,
          gate: gate({ state: { kind: 'waiting', reason: null } }),
          ...deletedAt(NOW),
        }),
      },
      does: ['finish-untraced', 'remove-finalizer'],
      reason: 'never-scheduled',
    },
    {
      title: 'deleted while its gate waited',
      given: { ...unarmed, pod: waitingPod(deletedAt(NOW)) },
      does: ['finish-untraced', 'remove-finalizer', 'delete-tracer'],
      reason: 'never-started',
    },
    {
      title: 'rejected by the kubelet',
      given: {
        ...unarmed,
        tracer: null,
        pod: waitingPod({
          phase: 'Failed',
          statusReason: 'OutOfcpu',
          gate: gate({ state: { kind: 'waiting', reason: null } }),
        }),
      },
      does: ['finish-untraced', 'remove-finalizer'],
      reason: 'kubelet-rejected',
    },
    {
      title: 'a tracer that never reported is waited for until the deadline',
      given: { report: null, pod: ending },
      does: [],
      recheckAfterMs: 25_000,
    },
    {
      title: 'a gate that had timed out, and no tracer ever ran',
      given: { report: null, pod: ending, tracer: null },
      does: ['finish-untraced', 'remove-finalizer'],
      reason: 'gate-timeout',
    },
    {
      title: 'a profile that cannot be stored for a minute does not keep the pod',
      given: {
        report: recordedFacts('final'),
        pod: pod({ ...deletedAt(NOW - 1000), containers: [stopped(NOW - 90_000)] }),
      },
      does: ['finish-untraced', 'remove-finalizer', 'delete-tracer'],
      reason: 'not-stored',
    },
    {
      title: 'in a terminating namespace no Trace is made, and the profile is stored all the same',
      given: { trace: null, namespace: 'terminating', pod: ending, report: recordedFacts('final') },
      does: DONE,
    },
  ]);

  it('admits a gate that opened before the ledger was armed', () => {
    const passed = gate({ state: { kind: 'terminated', exitCode: 0, finishedAtMs: NOW - 63_000 } });
    const report = { ...recordedFacts('final'), gateOpenedAt: null };
    const decision = plan(facts({ report, pod: { ...ending, gate: passed } }), NOW);
    deepEqual(action(decision, 'store-profiles')?.extraReasons, ['gate-timeout']);
  });

  it('takes a gate that ended in the second of the arming for one that waited: the kubelet knows only seconds', () => {
    const passed = gate({ state: { kind: 'terminated', exitCode: 0, finishedAtMs: NOW - 62_999 } });
    const report = { ...recordedFacts('final'), gateOpenedAt: null };
    const decision = plan(facts({ report, pod: { ...ending, gate: passed } }), NOW);
    deepEqual(action(decision, 'store-profiles')?.extraReasons, []);
  });

  it('admits a gate that was released', () => {
    const signal = { kind: 'release', reason: 'tracer-failed' } as const;
    const decision = plan(facts({ report: recordedFacts('final'), pod: { ...ending, signal } }), NOW);
    deepEqual(action(decision, 'store-profiles')?.extraReasons, ['gate-released']);
  });

  it('counts the end from when the last container stopped', () => {
    const two = [stopped(NOW - 9000), { ...stopped(NOW - 4000), name: 'side' }];
    const decision = plan(facts({ report: recordedFacts('final'), pod: { ...ending, containers: two } }), NOW);
    equal(action(decision, 'store-profiles')?.endedAtMs, NOW - 4000);
  });
});
