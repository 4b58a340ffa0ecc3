import assert from 'node:assert/strict';
import type { TracePhase } from '../../../../webhook/controller/trace-status.ts';
import type { Caches } from '../../../../webhook/kube/caches.ts';
import { createPodView } from '../../../../webhook/kube/pod-view.ts';

const UID = '4a115cbb-0000-4000-8000-000000000000';

/** A view of a cluster in which nothing is left of the target but its Trace. */
function viewOf(phase: TracePhase | undefined): ReturnType<typeof createPodView> {
  const empty = { get: () => undefined, onChange: () => undefined };
  const trace = phase === undefined ? undefined : { status: { phase } };
  const caches = {
    traced: empty,
    asking: empty,
    tracers: empty,
    lease: empty,
    tracersByTarget: { keysOf: () => new Set<string>() },
    traces: { ...empty, get: () => trace },
  } as unknown as Caches;
  const lease = { uninstallingSinceMs: () => null };
  return createPodView({ caches, lease, synced: () => true, now: () => 0 });
}

describe("the store's view of pods", () => {
  it('tells a tracer to go whose target is gone, and still takes what it has while the Trace is open', () => {
    for (const phase of ['Recording', 'Flushing'] as const) {
      const view = viewOf(phase);
      assert.equal(view.target(UID), undefined);
      assert.ok(view.isOpen(UID), phase);
    }
  });

  it('takes nothing for a Trace that is finished, or that never was', () => {
    for (const phase of ['Complete', 'Untraced', undefined] as const) assert.ok(!viewOf(phase).isOpen(UID), phase);
  });
});
