/** The UID of an object, as the API server has it at this moment. */
import type { OwnObject } from '../controller/own-object.ts';
import { attempt, mapOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { anyObjectSchema, readWith } from './read-object.ts';
import { objectPath } from './resource.ts';
import type { KubeRequest } from './request.ts';

/** Asked while a review waits, which has 30 s in all. */
const ASK_MS = 3000;

/** `''` where the answer is no object. */
export function createFindUid(request: KubeRequest): (object: OwnObject) => Promise<Outcome<string>> {
  return async ({ kind, namespace, name }) => {
    const path = objectPath(kind, namespace, name);
    const read = await attempt(() => request({ method: 'GET', path, signal: AbortSignal.timeout(ASK_MS) }));
    return mapOutcome(read, (object) => readWith(anyObjectSchema, object)?.metadata.uid ?? '');
  };
}
