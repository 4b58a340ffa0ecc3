/** Pods that a control plane which was already dead left behind with Flak's finalizer. */
import { z } from 'zod';
import { FINALIZER } from '../../webhook/names.ts';
import { KINDS } from '../../webhook/kube/kinds.ts';
import type { Cluster } from '../cluster.ts';
import { explainFailure } from '../cluster.ts';
import type { Result } from '../ending.ts';
import { ok } from '../ending.ts';

const podSchema = z.object({
  metadata: z.object({ namespace: z.string(), name: z.string(), finalizers: z.array(z.string()).optional() }),
});

/**
 * Takes the finalizer off every pod that still has it, whatever labels the pod carries by now. Each removal names the
 * place and the value, so that a finalizer which someone else added or removed meanwhile is never touched.
 * @returns the pods, as `namespace/name`
 */
export async function releaseFinalizers(cluster: Cluster): Promise<Result<string[]>> {
  const released: string[] = [];
  for (;;) {
    const listed = await cluster.list(KINDS.pods, null);
    if (listed.kind !== 'ok') return explainFailure(listed, 'list pods');
    const held = listed.value.flatMap(heldPod);
    if (held.length === 0) return ok(released);
    for (const { namespace, name, index } of held) {
      const path = `/metadata/finalizers/${index}`;
      const patched = await cluster.resource(KINDS.pods).jsonPatch(namespace, name, [
        { op: 'test', path, value: FINALIZER },
        { op: 'remove', path },
      ]);
      if (patched.kind === 'ok') released.push(`${namespace}/${name}`);
      else if (patched.kind !== 'not-found' && patched.kind !== 'conflict')
        return explainFailure(patched, `take the finalizer off pod ${namespace}/${name}`);
    }
  }
}

function heldPod(item: unknown): { namespace: string; name: string; index: number }[] {
  const { namespace, name, finalizers = [] } = podSchema.parse(item).metadata;
  const index = finalizers.indexOf(FINALIZER);
  return index < 0 ? [] : [{ namespace, name, index }];
}
