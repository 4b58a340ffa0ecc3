import assert from 'node:assert/strict';
import type { Report } from '../../../../profile/recording.ts';
import type { Outcome } from '../../../../webhook/kube/outcome.ts';
import { createPerform, type PerformDeps } from '../../../../webhook/controller/perform.ts';
import type { TargetPod } from '../../../../webhook/controller/target-pod.ts';
import { FakeResource } from '../kube/fake-resource.ts';
import type { TracePhase } from '../../../../webhook/controller/trace-status.ts';
import { facts, NOW, pod, trace } from './facts.ts';
import { TRACER_SETTINGS } from './tracer-settings.ts';

const CREATE = { kind: 'create-tracer', arming: 'before-gate', medium: 'hostPath' } as const;

/** A tracer is to be made for that target while the store holds such a report. */
async function createTracer(
  target: TargetPod,
  stored: Report['kind'] | null,
): Promise<{ readonly outcome: Outcome<unknown>; readonly made: number }> {
  const pods = new FakeResource();
  const deps: Partial<PerformDeps> = {
    pods,
    traces: new FakeResource(),
    findTracerImage: () => Promise.resolve({ kind: 'ok', value: 'tracer:1' }),
    traceState: {
      read: () =>
        Promise.resolve(
          stored === null
            ? { kind: 'not-found' }
            : { kind: 'ok', value: { version: '1', report: { kind: stored } as Report, digests: new Map() } },
        ),
    },
    tracer: TRACER_SETTINGS,
  };
  const outcome = await createPerform(deps as PerformDeps)(CREATE, facts({ pod: target, tracer: null }));
  return { outcome, made: pods.writes.length };
}

describe('making a tracer', () => {
  const ending = pod({ deletionAtMs: NOW });

  it("is put off where the target's last report is stored already, though no watch has said so yet", async () => {
    assert.deepEqual(await createTracer(ending, 'final'), { outcome: { kind: 'conflict' }, made: 0 });
  });

  it('is done where the last report is still to come', async () => {
    for (const stored of ['snapshot', null] as const) assert.equal((await createTracer(ending, stored)).made, 1);
  });

  it('is done for a target that goes on, whatever is stored', async () => {
    assert.equal((await createTracer(pod(), 'final')).made, 1);
  });
});

describe("writing a Trace's status", () => {
  const ARMING = { kind: 'set-trace-status', status: { phase: 'Arming' }, patienceMs: 0 } as const;
  const REFUSED: Outcome<unknown> = { kind: 'refused', status: 422, message: 'how a trace ended never changes' };

  const refusedWhile = (phase: TracePhase): Promise<Outcome<unknown>> => {
    const traces = new FakeResource();
    const { name, namespace, podName, podUid } = trace();
    traces.put({ metadata: { name, namespace, uid: 'trace-uid' }, spec: { podName, podUid }, status: { phase } });
    traces.nextOutcomes = [REFUSED];
    return createPerform({ traces } as Partial<PerformDeps> as PerformDeps)(ARMING, facts());
  };

  it('is done where the API server refuses it because the Trace has ended, as no watch has said yet', async () => {
    for (const phase of ['Complete', 'Untraced'] as const) {
      assert.deepEqual(await refusedWhile(phase), { kind: 'ok', value: null });
    }
  });

  it('fails where it is refused for anything else', async () => {
    assert.deepEqual(await refusedWhile('Recording'), REFUSED);
  });
});
