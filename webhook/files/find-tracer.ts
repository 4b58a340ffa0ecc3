/** The tracer pod that a token was made for, asked of the API server: some requests a minute and node. */
import { z } from 'zod';
import { createBoundedCache } from '../kube/bounded-cache.ts';
import { KINDS } from '../kube/kinds.ts';
import type { Outcome } from '../kube/outcome.ts';
import { createResource } from '../kube/resource.ts';
import type { KubeRequest } from '../kube/request.ts';
import { ANNOTATIONS, FLAK_NAMESPACE, LABELS } from '../names.ts';

export interface FilesTracer {
  readonly uid: string;
  readonly targetUid: string;
  readonly targetNamespace: string;
  readonly targetPod: string;
}

/** undefined for a pod that is none, or is gone. One of that name that is another pod (its predecessor) is looked up again. */
export type FindTracer = (podName: string, podUid: string) => Promise<Outcome<FilesTracer | undefined>>;

const podSchema = z.object({
  metadata: z.object({
    uid: z.string(),
    labels: z.object({ [LABELS.component]: z.literal('tracer'), [LABELS.targetUid]: z.string() }),
    annotations: z.object({ [ANNOTATIONS.targetNamespace]: z.string(), [ANNOTATIONS.targetPod]: z.string() }),
  }),
});

/** A tracer that is gone is believed so long; four times the tracers of a 100-node cluster at the cap of ten. */
const CACHE = { entries: 4096, ttlMs: 60_000 } as const;

export function createFindTracer(request: KubeRequest, nowMs: () => number): FindTracer {
  const pods = createResource(request, KINDS.pods);
  const known = createBoundedCache<FilesTracer>(CACHE.entries, CACHE.ttlMs, nowMs);
  return async (podName, podUid) => {
    const hit = known.get(podName);
    if (hit?.uid === podUid) return { kind: 'ok', value: hit };
    const found = await pods.get(FLAK_NAMESPACE, podName);
    if (found.kind === 'not-found') return { kind: 'ok', value: undefined };
    if (found.kind !== 'ok') return found;
    const tracer = read(found.value);
    if (tracer !== undefined) known.set(podName, tracer);
    return { kind: 'ok', value: tracer };
  };
}

function read(object: unknown): FilesTracer | undefined {
  const parsed = podSchema.safeParse(object);
  if (!parsed.success) return undefined;
  const { uid, labels, annotations } = parsed.data.metadata;
  return {
    uid,
    targetUid: labels[LABELS.targetUid],
    targetNamespace: annotations[ANNOTATIONS.targetNamespace],
    targetPod: annotations[ANNOTATIONS.targetPod],
  };
}
