/** A cluster that refuses Flak's tracers, but only those of one namespace's targets: nobody else's test notices. */
import { ANNOTATIONS, FLAK_NAMESPACE } from '../../webhook/names.ts';
import { denyAnnotation } from './deny-annotation.ts';
import type { Kubectl } from './kubectl.ts';

export const REFUSAL_WORDS = 'no tracers here';

/** Returns when the API server keeps to it. `lift` waits until it no longer does. */
export function refuseTracersOf(kubectl: Kubectl, namespace: string): Promise<{ lift: () => Promise<void> }> {
  return denyAnnotation(kubectl, {
    name: `refuse-tracers-of-${namespace}`,
    namespace: FLAK_NAMESPACE,
    annotation: ANNOTATIONS.targetNamespace,
    value: namespace,
    words: REFUSAL_WORDS,
  });
}
