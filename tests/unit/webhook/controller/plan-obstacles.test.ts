import type { Action } from '../../../../webhook/controller/actions.ts';
import { NOW, STARTING_TRACER, latePod, pod, tracer, waitingPod } from './facts.ts';
import { check, refused, unarmed } from './plan-table.ts';

describe('plan: a trace that cannot happen', () => {
  const GIVEN_UP: Action['kind'][] = ['release-gate', 'finish-untraced', 'remove-finalizer', 'delete-tracer'];
  check([
    {
      title: "a tracer image that can't be pulled",
      given: { ...unarmed, pod: waitingPod(), tracer: { ...STARTING_TRACER, waitingReason: 'ImagePullBackOff' } },
      does: GIVEN_UP,
      reason: 'tracer-image',
    },
    {
      title: 'a first failed pull is not the end',
      given: { ...unarmed, pod: waitingPod(), tracer: { ...STARTING_TRACER, waitingReason: 'ErrImagePull' } },
      does: [],
    },
    {
      title: 'a tracer that the kubelet refuses',
      given: {
        ...unarmed,
        pod: waitingPod(),
        tracer: tracer({ phase: 'Failed', everStarted: false, statusReason: 'OutOfpods' }),
      },
      does: GIVEN_UP,
      reason: 'tracer-rejected',
    },
    {
      title: 'a tracer that the API server refuses',
      given: { report: null, pod: waitingPod(), tracer: null, attempts: { made: 3, lastAtMs: NOW, refused: 'no' } },
      does: ['release-gate', 'finish-untraced', 'remove-finalizer'],
      reason: 'tracer-rejected',
    },
    {
      title: 'two refusals are not the end: the policy may not know the image of an upgrade yet',
      given: { report: null, pod: waitingPod(), tracer: null, attempts: { made: 2, lastAtMs: NOW, refused: 'no' } },
      does: [],
      recheckAfterMs: 2000,
    },
    {
      title: 'a tracer that keeps failing',
      given: { ...unarmed, pod: waitingPod(), tracer: tracer({ restartCount: 3 }) },
      does: GIVEN_UP,
      reason: 'tracer-failed',
    },
    {
      title: "a container that can't be created gets its time",
      given: { ...unarmed, pod: waitingPod(), tracer: { ...STARTING_TRACER, waitingReason: 'CreateContainerError' } },
      does: [],
    },
    {
      title: "a container that can't be created for 20 s",
      given: { ...unarmed, pod: waitingPod(), tracer: tracer({ waitingReason: 'CreateContainerError' }) },
      does: GIVEN_UP,
      reason: 'tracer-failed',
    },
    {
      title: 'a ledger that the kernel refuses',
      given: { report: refused, pod: waitingPod() },
      does: GIVEN_UP,
      reason: 'no-btf',
    },
    {
      title: 'a node that is full of tracers',
      given: { ...unarmed, tracer: null, pod: waitingPod(), otherTracersOnNode: 10 },
      does: ['release-gate', 'finish-untraced', 'remove-finalizer'],
      reason: 'capped',
    },
    {
      title: 'a node without a kernel that could be seen',
      given: { ...unarmed, tracer: null, pod: waitingPod(), node: { kind: 'present', uid: 'n', traceable: false } },
      does: ['release-gate', 'finish-untraced', 'remove-finalizer'],
      reason: 'unsupported-node',
    },
    {
      title: 'a gate that has passed by its timeout needs no release',
      given: { ...unarmed, pod: pod(), tracer: tracer({ restartCount: 3 }) },
      does: ['finish-untraced', 'remove-finalizer', 'delete-tracer'],
      reason: 'tracer-failed',
    },
    {
      title: 'a full node makes a late target wait, not go untraced',
      given: { ...unarmed, tracer: null, trace: null, pod: latePod(), otherTracersOnNode: 10 },
      does: ['create-trace'],
      recheckAfterMs: 5000,
    },
    {
      title: 'a full node makes a fail-closed target wait',
      given: { ...unarmed, tracer: null, pod: waitingPod({ failClosed: true }), otherTracersOnNode: 10 },
      does: [],
    },
    {
      title: 'a fail-closed target gets another tracer for the one that was refused',
      given: {
        report: null,
        pod: waitingPod({ failClosed: true }),
        tracer: tracer({ phase: 'Failed', everStarted: false, statusReason: 'OutOfpods' }),
      },
      does: ['delete-tracer'],
    },
    {
      title: 'a fail-closed target is not released although the kernel refuses',
      given: { report: refused, pod: waitingPod({ failClosed: true }) },
      does: [],
    },
  ]);
});
