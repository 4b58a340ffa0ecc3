/** Deleting objects, and seeing them gone. */
import { z } from 'zod';
import type { Cluster } from '../cluster.ts';
import { explainFailure } from '../cluster.ts';
import type { Result } from '../ending.ts';
import { ok } from '../ending.ts';
import { isOwnName, OWN_SELECTOR, STEPS } from './steps.ts';
import type { Step } from './steps.ts';

export interface Waiting {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly deadlineMs: number;
}

export interface OwnObject {
  readonly name: string;
  /** Deleted already, but still there. */
  readonly ending: boolean;
}

const POLL_MS = 500;
const objectSchema = z.object({ metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }) });

/** Flak's objects that a step is about. A kind the cluster doesn't have has none. */
export async function objectsOfStep(cluster: Cluster, step: Step): Promise<Result<OwnObject[]>> {
  const listed = await cluster.list(step.kind, null, OWN_SELECTOR);
  if (listed.kind === 'not-found') return ok([]);
  if (listed.kind !== 'ok') return explainFailure(listed, `list ${step.kind.plural}`);
  const objects = z.array(objectSchema).parse(listed.value);
  return ok(
    objects
      .map(({ metadata }) => ({ name: metadata.name, ending: metadata.deletionTimestamp !== undefined }))
      .filter(({ name }) => (step.name === undefined ? isOwnName(name) : name === step.name)),
  );
}

/**
 * Deletes one object, trying again until the deadline while the API server can't: deleting twice is harmless, and the
 * request that Flak's validating webhook holds may outlast one request of ours.
 * @returns whether it was deleted; `false` when the step's patience ended first
 */
export async function removeObject(
  cluster: Cluster,
  step: Step,
  name: string,
  wait: Waiting,
): Promise<Result<boolean>> {
  const patientUntilMs = wait.now() + (step.patienceMs ?? Infinity);
  for (;;) {
    const removed = await cluster.resource(step.kind).remove(null, name);
    if (removed.kind === 'ok' || removed.kind === 'not-found') return ok(true);
    const mayRepeat = removed.kind === 'try-later' || removed.kind === 'conflict';
    if (!mayRepeat || wait.now() >= wait.deadlineMs)
      return explainFailure(removed, `delete ${step.kind.plural}/${name}`);
    if (wait.now() >= patientUntilMs) return ok(false);
    await wait.sleep(POLL_MS);
  }
}

/** What is still there at the deadline; empty as soon as nothing is. */
export async function waitUntilGone(cluster: Cluster, wait: Waiting): Promise<Result<string[]>> {
  for (;;) {
    const left = new Set<string>();
    for (const step of STEPS) {
      const objects = await objectsOfStep(cluster, step);
      if (objects.kind !== 'ok') return objects;
      for (const { name } of objects.value) left.add(`${step.kind.plural}/${name}`);
    }
    if (left.size === 0 || wait.now() >= wait.deadlineMs) return ok([...left]);
    await wait.sleep(POLL_MS);
  }
}
