/** What the controller writes for one target: how often, and never over an end. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Facts } from '../../../webhook/controller/facts.ts';
import { traceName } from '../../../webhook/controller/object-names.ts';
import { writeTraceStatus } from '../../../webhook/controller/perform-trace.ts';
import { WAITS } from '../../../webhook/controller/plan-times.ts';
import type { TraceStatus } from '../../../webhook/controller/trace-status.ts';
import type { KubeApi } from '../../../webhook/kube/client.ts';
import { KINDS } from '../../../webhook/kube/kinds.ts';
import { createResource } from '../../../webhook/kube/resource.ts';
import { FLAK_NAMESPACE, GATE } from '../../../webhook/names.ts';
import { facts } from '../../unit/webhook/controller/facts.ts';
import { gatedPod, type RawObject } from './kubelet-by-hand.ts';
import type { Replica } from './replica.ts';
import { gone, NAMESPACE, recorded, type Scene } from './scene.ts';

const OWNER = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  name: 'frugal',
  uid: 'f8b5f1c2-0000-4000-8000-000000000002',
  controller: true,
};
/** The tracer opens the gate, so that the controller need not. */
const VOLUMES = [{ name: GATE.openingVolume, hostPath: { path: GATE.openingHostPath } }];

interface World {
  readonly kube: KubeApi;
  readonly scene: Scene;
  readonly replicas: readonly Replica[];
}

/** As a cache shows them that is behind. */
function staleFacts({ metadata }: RawObject, name: string): Facts {
  const known = { namespace: NAMESPACE, name, podUid: metadata.uid, podName: metadata.name, resourceVersion: '1' };
  return facts({ podUid: metadata.uid, trace: { ...known, status: { phase: 'Recording' } } });
}

export function writesCases(world: () => World): void {
  /**
   * From its creation to the last trace of it, as `METHOD path`. `slow`: how often what people read of it waited in vain for more, since
   * this machine took longer than that to play the kubelet: each time is one write more.
   */
  async function writesFor(name: string): Promise<{ readonly paths: readonly string[]; readonly slow: number }> {
    const { scene, replicas } = world();
    const before = replicas.map(({ writes }) => writes.length);
    const createdMs = Date.now();
    const pod = await scene.runUntilRecording(gatedPod(name, { owner: OWNER, volumes: VOLUMES }));
    const alive = Math.floor((Date.now() - createdMs) / WAITS.statusMs);
    const deletedMs = Date.now();
    await scene.deletePod(pod);
    await scene.report(pod, { kind: 'final', number: 2, ...recorded(0, 231) });
    const slow = alive + Math.floor((Date.now() - deletedMs) / WAITS.statusMs);
    await scene.inPhase(pod, 'Complete');
    // Taken away at the same time, either would have to be tried again.
    await scene.letGo(pod);
    await scene.releaseOther(pod);
    await gone('the pod', () => scene.podNow(pod));
    await gone('the tracer', () => scene.tracerOf(pod));
    await gone('the trace state', () => scene.get(KINDS.configMaps, FLAK_NAMESPACE, `trace-${pod.metadata.uid}`));
    return { paths: replicas.flatMap(({ writes }, index) => writes.slice(before[index])), slow };
  }

  it('writes no more than eight times for one target, from its creation to the end of its traces', async () => {
    // The first one of a workload makes its profile, which is one more.
    const first = await writesFor('frugal-0');
    const second = await writesFor('frugal-1');
    ok(first.paths.length <= 9 + first.slow, first.paths.join('\n'));
    ok(second.paths.length <= 8 + second.slow, second.paths.join('\n'));
  });

  it('writes nothing over the end of a trace, whatever a replica takes it for', async () => {
    const { kube, scene } = world();
    const pod = await scene.create(KINDS.pods, gatedPod('ended'));
    await scene.inPhase(pod, 'Pending');
    await scene.deletePod(pod);
    const trace = await scene.inPhase(pod, 'Untraced');
    const traces = createResource(kube.request, KINDS.traces);
    const name = traceName(pod.metadata.name, pod.metadata.uid);
    const triedInVain = async (status: TraceStatus): Promise<void> => {
      const answer = await traces.mergePatch(NAMESPACE, name, { status }, 'status');
      ok(answer.kind === 'refused' && answer.message.includes('stays as it ended'), JSON.stringify(answer));
      deepEqual(await writeTraceStatus(traces, staleFacts(pod, name), status), { kind: 'ok', value: null });
    };
    await triedInVain({ phase: 'Flushing' });
    await triedInVain({ phase: 'Untraced', reason: 'finalizer-removed' });
    deepEqual(await scene.traceOf(pod), trace);
    // Profiles that are stored are stored, whatever another replica took it for before; from then on that stands.
    equal((await writeTraceStatus(traces, staleFacts(pod, name), { phase: 'Complete' })).kind, 'ok');
    await triedInVain({ phase: 'Flushing' });
    await triedInVain({ phase: 'Untraced', reason: 'finalizer-removed' });
    equal((await scene.traceOf(pod))?.phase, 'Complete');
    await scene.releaseOther(pod);
    await gone('the pod', () => scene.podNow(pod));
  });
}
