import assert from 'node:assert/strict';
import type { TargetPod } from '../../../../webhook/controller/target-pod.ts';
import type { TracePhase } from '../../../../webhook/controller/trace-status.ts';
import type { Caches } from '../../../../webhook/kube/caches.ts';
import type { Outcome } from '../../../../webhook/kube/outcome.ts';
import { createPodView } from '../../../../webhook/kube/pod-view.ts';
import { container, latePod, NOW, pod, tracer, UID } from '../controller/facts.ts';

interface World {
  /** As the cache has it. */
  readonly cached?: TargetPod;
  readonly phase?: TracePhase;
  /** What the API server answers about the pod. */
  readonly stored?: Outcome<unknown>;
}

function viewOf({ cached, phase, stored = { kind: 'not-found' } }: World): ReturnType<typeof createPodView> {
  const empty = { get: () => undefined, onChange: () => undefined };
  const trace = phase === undefined ? undefined : { status: { phase } };
  const own = tracer({ target: { namespace: 'shop', podName: 'web-1', workload: null } });
  const caches = {
    traced: { ...empty, get: () => cached },
    asking: empty,
    tracers: { ...empty, get: () => own },
    lease: empty,
    tracersByTarget: { keysOf: () => new Set<string>([own.name]) },
    traces: { ...empty, get: () => trace },
  } as unknown as Caches;
  const lease = { uninstallingSinceMs: () => null };
  return createPodView({ caches, lease, synced: () => true, pods: { get: () => Promise.resolve(stored) } });
}

function stored(
  uid: string,
  labels: Readonly<Record<string, string>>,
  finalizers: readonly string[],
): Outcome<unknown> {
  return { kind: 'ok', value: { metadata: { name: 'web-1', uid, labels, finalizers }, spec: {} } };
}

describe("the store's view of pods", () => {
  it('tells a tracer to go whose target is gone, and still takes what it has while the Trace is open', () => {
    for (const phase of ['Recording', 'Flushing'] as const) {
      const view = viewOf({ phase });
      assert.equal(view.target(UID), undefined);
      assert.ok(view.isOpen(UID), phase);
    }
  });

  it('takes nothing for a Trace that is finished, or that never was', () => {
    for (const phase of ['Complete', 'Untraced'] as const) assert.ok(!viewOf({ phase }).isOpen(UID), phase);
    assert.ok(!viewOf({}).isOpen(UID));
  });

  it('tells a tracer to go whose target lives on untraced: handed over, its slot would wait for nobody', () => {
    const withdrawn = [pod({ optIn: 'false' }), latePod({ optIn: null }), pod({ optIn: 'false', held: false })];
    for (const cached of withdrawn) assert.equal(viewOf({ cached, phase: 'Recording' }).target(UID), undefined);
    assert.equal(viewOf({ cached: pod(), phase: 'Untraced' }).target(UID), undefined);
  });

  it('names the containers of a target that are ready, of whatever kind', () => {
    const [app, sidecar] = ['a'.repeat(64), 'b'.repeat(64)];
    const containers = [
      container({ kind: 'sidecar', readyId: sidecar }),
      container({ kind: 'init', readyId: null }),
      container({ readyId: app }),
    ];
    assert.deepEqual(viewOf({ cached: pod({ containers }) }).target(UID)?.ready, [sidecar, app]);
  });

  it('asks a tracer for its last report as long as the target ends, whatever its labels and Trace say', () => {
    const ending = { deleting: true, terminal: false, ready: [] };
    assert.deepEqual(viewOf({ cached: pod({ optIn: 'false', deletionAtMs: NOW }) }).target(UID), ending);
    assert.deepEqual(viewOf({ cached: pod({ deletionAtMs: NOW }), phase: 'Complete' }).target(UID), ending);
  });
});

describe('a target that the caches miss', () => {
  const asked = { 'flak.dev/traced': 'true' };

  it('is found where only a watch stands still', async () => {
    const view = viewOf({ stored: stored(UID, asked, ['flak.dev/profile']) });
    assert.equal(view.target(UID), undefined);
    assert.deepEqual(await view.lookUp(UID), { kind: 'ok', value: { deleting: false, terminal: false, ready: [] } });
  });

  it('is gone where the API server has none, or another one of its name, or one that nobody wants traced', async () => {
    const answers = [
      { kind: 'not-found' as const },
      stored('another', asked, []),
      stored(UID, {}, ['flak.dev/profile']),
    ];
    for (const answer of answers) {
      assert.deepEqual(await viewOf({ stored: answer }).lookUp(UID), { kind: 'ok', value: undefined });
    }
  });

  it('is neither there nor gone while the API server can say nothing', async () => {
    const away = { kind: 'try-later', afterMs: 1, message: 'away' } as const;
    assert.deepEqual(await viewOf({ stored: away }).lookUp(UID), away);
  });
});
