/** How often the controller writes for one target. */
import { ok } from 'node:assert/strict';
import { WAITS } from '../../../webhook/controller/plan-times.ts';
import { KINDS } from '../../../webhook/kube/kinds.ts';
import { FLAK_NAMESPACE, GATE } from '../../../webhook/names.ts';
import { gatedPod } from './kubelet-by-hand.ts';
import type { Replica } from './replica.ts';
import { gone, recorded, type Scene } from './scene.ts';

const OWNER = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  name: 'frugal',
  uid: 'f8b5f1c2-0000-4000-8000-000000000002',
  controller: true,
};
/** The tracer opens the gate, so that the controller need not. */
const VOLUMES = [{ name: GATE.openingVolume, hostPath: { path: GATE.openingHostPath } }];

export function writesCases(world: () => { readonly scene: Scene; readonly replicas: readonly Replica[] }): void {
  /**
   * From its creation to the last trace of it, as `METHOD path`. `slow`: how often what people read of it waited in vain for more, since
   * this machine took longer than that to play the kubelet: each time is one write more.
   */
  async function writesFor(name: string): Promise<{ readonly paths: readonly string[]; readonly slow: number }> {
    const { scene, replicas } = world();
    const before = replicas.map(({ writes }) => writes.length);
    const createdMs = Date.now();
    const pod = await scene.runUntilRecording(gatedPod(name, { owner: OWNER, volumes: VOLUMES }));
    const slow = Math.floor((Date.now() - createdMs) / WAITS.statusMs);
    await scene.deletePod(pod);
    await scene.report(pod, { kind: 'final', number: 2, ...recorded(0, 231) });
    await scene.inPhase(pod, 'Complete');
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
}
