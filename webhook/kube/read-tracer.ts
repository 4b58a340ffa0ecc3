/** From a pod object of Flak's own namespace to the tracer that the controller decides about. */
import { targetFactsSchema } from '../controller/facts.ts';
import type { TargetFacts, TracerFacts } from '../controller/facts.ts';
import { ANNOTATIONS, LABELS } from '../names.ts';
import { podSchema } from './pod-schema.ts';
import { everStarted } from './read-container.ts';
import { readWith } from './read-object.ts';

function targetOf(annotation: string | undefined): TargetFacts | null {
  if (annotation === undefined) return null;
  try {
    return readWith(targetFactsSchema, JSON.parse(annotation));
  } catch {
    return null;
  }
}

/** null where the object is no tracer. */
export function readTracer(object: unknown): TracerFacts | null {
  const pod = readWith(podSchema, object);
  const targetUid = pod?.metadata.labels[LABELS.targetUid];
  if (pod === null || targetUid === undefined) return null;
  const { metadata, spec, status } = pod;
  const container = status?.containerStatuses?.[0];
  return {
    name: metadata.name,
    uid: metadata.uid,
    targetUid,
    nodeName: spec.nodeName ?? null,
    phase: status?.phase ?? 'Pending',
    createdAtMs: metadata.creationTimestamp ?? 0,
    deletionAtMs: metadata.deletionTimestamp ?? null,
    waitingReason: container?.state?.waiting?.reason ?? null,
    waitingMessage: container?.state?.waiting?.message ?? null,
    restartCount: container?.restartCount ?? 0,
    everStarted: everStarted(container),
    statusReason: status?.reason ?? null,
    statusMessage: status?.message ?? null,
    target: targetOf(metadata.annotations[ANNOTATIONS.targetFacts]),
  };
}
