import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Action } from '../../../../webhook/controller/actions.ts';
import type { NodeFacts, ReportFacts, TracerFacts, TraceFacts } from '../../../../webhook/controller/facts.ts';
import { createReconcile } from '../../../../webhook/controller/reconcile.ts';
import type { Reconcile } from '../../../../webhook/controller/reconcile.ts';
import type { TargetPod } from '../../../../webhook/controller/target-pod.ts';
import { createThrift } from '../../../../webhook/controller/thrift.ts';
import { createTracerPlaces } from '../../../../webhook/controller/tracer-places.ts';
import type { Outcome } from '../../../../webhook/kube/outcome.ts';
import { facts, gate, latePod, NOW, pod, recordedFacts, stopped, trace, tracer, UID, waitingPod } from './facts.ts';

interface World {
  pods: Map<string, TargetPod>;
  trace: TraceFacts | null;
  tracer: TracerFacts | null;
  report: ReportFacts | null;
  /** What the API server answers about a pod that the cache doesn't have. */
  found: Outcome<TargetPod | null>;
  node: NodeFacts;
  answers: Partial<Record<Action['kind'], Outcome<unknown>>>;
  tracersPerNode: number;
}

const OK: Outcome<unknown> = { kind: 'ok', value: null };

describe('a turn of the controller', () => {
  let world: World;
  let done: Action['kind'][];
  /** Phases of statuses that were written. */
  let written: string[];
  let asked: number;

  beforeEach(() => {
    world = {
      pods: new Map([[UID, pod()]]),
      trace: trace(),
      tracer: tracer(),
      report: recordedFacts(),
      found: { kind: 'ok', value: null },
      node: facts().node,
      answers: {},
      tracersPerNode: 10,
    };
    done = [];
    written = [];
    asked = 0;
  });

  const reconciler = (now = () => NOW): Reconcile =>
    createReconcile({
      look: {
        pod: (uid) => world.pods.get(uid),
        trace: () => world.trace ?? undefined,
        traces: () => 1,
        tracer: () => world.tracer ?? undefined,
        report: () => world.report ?? undefined,
        namespaceTerminating: () => false,
        uninstallingSinceMs: () => null,
        avoidedGateImage: () => null,
      },
      findPod: () => {
        asked += 1;
        return Promise.resolve(world.found);
      },
      findNode: () => Promise.resolve(world.node),
      findWorkload: () => Promise.resolve(facts().workload),
      perform: async (action) => {
        const { kind } = action;
        await new Promise((resolve) => setImmediate(resolve));
        if (action.kind === 'set-trace-status') written.push(action.status.phase);
        done.push(kind);
        return world.answers[kind] ?? OK;
      },
      tracers: createTracerPlaces(() => new Set(), now),
      thrift: createThrift(now),
      settings: { ...facts().settings, tracersPerNode: world.tracersPerNode },
      leadingSinceMs: NOW - 3_600_000,
      now,
      onAction: () => undefined,
    });
  const turn = () => reconciler()(UID);
  const final = (): void => {
    world.pods.set(UID, pod({ deletionAtMs: NOW, containers: [stopped(NOW - 1000)] }));
    world.report = recordedFacts('final');
  };

  it('lets the pod go only when the profile is stored', async () => {
    final();
    world.answers = { 'store-profiles': { kind: 'conflict' } };
    equal((await turn()).kind, 'failed');
    deepEqual(done, ['store-profiles']);
  });

  it('gives the last report its time from when the target was first seen to have stopped, on a node whose clock is behind', async () => {
    const times = { ms: NOW };
    world.pods.set(UID, pod({ deletionAtMs: NOW, containers: [stopped(NOW - 60_000)] }));
    const reconcile = reconciler(() => times.ms);
    await reconcile(UID);
    times.ms = NOW + 29_000;
    deepEqual(await reconcile(UID), { kind: 'again', afterMs: 1000 });
    ok(!done.includes('store-profiles'));
    times.ms = NOW + 30_000;
    await reconcile(UID);
    ok(done.includes('store-profiles'));
  });

  it('does everything in order when all goes well', async () => {
    final();
    await turn();
    deepEqual(done, ['store-profiles', 'remove-finalizer', 'delete-tracer']);
  });

  it('leaves a finished Trace alone until its week is over, without a request', async () => {
    world.pods.clear();
    Object.assign(world, { tracer: null, report: null });
    const endedAt = (ms: number): string => new Date(ms).toISOString();
    world.trace = trace({ phase: 'Complete', endedAt: endedAt(NOW - 3_600_000) });
    await turn();
    deepEqual({ done, asked }, { done: [], asked: 0 });
    world.trace = trace({ phase: 'Complete', endedAt: endedAt(NOW - 7 * 24 * 3_600_000) });
    await turn();
    deepEqual(done, ['delete-trace']);
  });

  it('does not keep a pod because its Trace is refused', async () => {
    world.pods.set(UID, waitingPod({ deletionAtMs: NOW }));
    world.report = null;
    world.answers = { 'finish-untraced': { kind: 'refused', status: 403, message: 'no' } };
    equal((await turn()).kind, 'failed');
    deepEqual(done, ['finish-untraced', 'remove-finalizer', 'delete-tracer']);
  });

  it('waits with letting go while the API server is away, so that the Trace can say why', async () => {
    world.pods.set(UID, waitingPod({ deletionAtMs: NOW }));
    world.report = null;
    world.answers = { 'finish-untraced': { kind: 'try-later', afterMs: 4000, message: 'away' } };
    deepEqual(await turn(), { kind: 'failed', atLeastMs: 4000 });
    deepEqual(done, ['finish-untraced']);
  });

  it('writes once what changed several times within seconds, and at once what people wait for', async () => {
    const times = { ms: NOW };
    const reconcile = reconciler(() => times.ms);
    Object.assign(world, { trace: trace({ phase: 'Pending' }), report: null });
    world.pods.set(UID, waitingPod());
    deepEqual(await reconcile(UID), { kind: 'again', afterMs: 2000 });
    times.ms += 1500;
    await reconcile(UID);
    deepEqual(written, []);
    // Armed, and the image not pulled yet: waits again; then its digest is there.
    world.report = recordedFacts('armed');
    world.pods.set(UID, waitingPod({ gate: gate() }));
    await reconcile(UID);
    times.ms += 1500;
    await reconcile(UID);
    deepEqual(written, []);
    world.pods.set(UID, pod());
    await reconcile(UID);
    deepEqual(written, ['Recording']);
  });

  it('asks only once for what the watch has yet to show, and again where it never shows', async () => {
    const times = { ms: NOW };
    const reconcile = reconciler(() => times.ms);
    Object.assign(world, { trace: null, tracer: null, report: null });
    world.pods.set(UID, waitingPod());
    world.answers = { 'create-tracer': { kind: 'conflict' } };
    const made = (): number => done.filter((kind) => kind === 'create-trace').length;
    await reconcile(UID);
    await reconcile(UID);
    equal(made(), 1);
    times.ms += 5000;
    await reconcile(UID);
    equal(made(), 2);
  });

  it('writes what may wait in the end, though nothing else happens', async () => {
    const times = { ms: NOW };
    const reconcile = reconciler(() => times.ms);
    world.trace = trace({ phase: 'Recording' });
    deepEqual(await reconcile(UID), { kind: 'again', afterMs: 3000 });
    times.ms += 3000;
    await reconcile(UID);
    deepEqual(written, ['Recording']);
  });

  it('asks the API server before it takes a pod for gone', async () => {
    world.pods.clear();
    world.found = { kind: 'ok', value: pod({ traced: false, optIn: null }) };
    await turn();
    equal(asked, 1);
    // It has only lost its labels: the tracer is told to leave first.
    deepEqual(done, ['delete-tracer']);
  });

  it('decides nothing about a pod that nobody can say anything of', async () => {
    world.pods.clear();
    world.found = { kind: 'try-later', afterMs: 1000, message: 'away' };
    equal((await turn()).kind, 'failed');
    deepEqual(done, []);
  });

  it('asks nothing about what has long been finished', async () => {
    world = { ...world, pods: new Map(), trace: trace({ phase: 'Complete' }), tracer: null, report: null };
    deepEqual(await turn(), { kind: 'done' });
    equal(asked, 0);
  });

  it('never exceeds the cap, however many targets are decided about at once', async () => {
    world = { ...world, trace: null, tracer: null, report: null, tracersPerNode: 3 };
    const uids = Array.from({ length: 8 }, (_, index) => `pod-${index}`);
    world.pods = new Map(uids.map((uid) => [uid, latePod({ uid, held: true })]));
    const reconcile = reconciler();
    await Promise.all(uids.map((uid) => reconcile(uid)));
    equal(done.filter((kind) => kind === 'create-tracer').length, 3);
  });

  it('gives a place back when the tracer was refused', async () => {
    world = { ...world, trace: null, tracer: null, report: null, tracersPerNode: 1 };
    world.answers = { 'create-tracer': { kind: 'refused', status: 403, message: 'no' } };
    world.pods = new Map(['a', 'b'].map((uid) => [uid, latePod({ uid, held: true })]));
    const reconcile = reconciler();
    await reconcile('a');
    await reconcile('b');
    equal(done.filter((kind) => kind === 'create-tracer').length, 2);
  });

  it('counts a tracer that came and went no longer, although its target is still there', async () => {
    world = { ...world, trace: null, tracer: null, report: null, tracersPerNode: 1 };
    world.pods = new Map(['a', 'b'].map((uid) => [uid, latePod({ uid, held: true })]));
    const reconcile = reconciler();
    await reconcile('a');
    world.tracer = tracer();
    await reconcile('a');
    world.tracer = null;
    await reconcile('b');
    equal(done.filter((kind) => kind === 'create-tracer').length, 2);
  });
});
