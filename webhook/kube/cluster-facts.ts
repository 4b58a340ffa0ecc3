/** What admission asks of the cluster: caches first, the API server for what has been made a moment ago. */
import { z } from 'zod';
import type { ClusterFacts } from '../admission/gather-facts.ts';
import type { RuntimeClassFacts } from '../admission/unsupported.ts';
import { createBoundedCache } from './bounded-cache.ts';
import type { Caches } from './caches.ts';
import { readNamespace } from './caches.ts';
import { KINDS } from './kinds.ts';
import { attempt } from './outcome.ts';
import { readWith, stringMapSchema } from './read-object.ts';
import { objectPath } from './resource.ts';
import type { KubeRequest } from './request.ts';

/** A review has 5 s; the API server must not wait for us because we wait for it. */
const ASK_MS = 1000;
/** A Job's policy can't be changed (batch/v1 validation): it is kept for the Job's next pods. */
const JOBS = { entries: 2000, ms: 60_000 } as const;

/** A handler can't be changed, but the class can be made anew under its name. */
const RUNTIME_CLASSES = { entries: 200, ms: 60_000 } as const;

const runtimeClassSchema = z.object({
  handler: z.string(),
  scheduling: z.object({ nodeSelector: stringMapSchema }).nullish(),
});

function readRuntimeClass(object: unknown): RuntimeClassFacts | undefined {
  const read = readWith(runtimeClassSchema, object);
  return read === null ? undefined : { handler: read.handler, nodeSelector: read.scheduling?.nodeSelector ?? {} };
}

const jobSchema = z.object({ spec: z.object({ podFailurePolicy: z.unknown().optional() }) });

export function createClusterFacts(
  request: KubeRequest,
  caches: Pick<Caches, 'namespaces'>,
  now: () => number,
): ClusterFacts {
  const jobs = createBoundedCache<boolean>(JOBS.entries, JOBS.ms, now);
  const runtimeClasses = createBoundedCache<RuntimeClassFacts>(RUNTIME_CLASSES.entries, RUNTIME_CLASSES.ms, now);
  const ask = (path: string) => attempt(() => request({ method: 'GET', path, signal: AbortSignal.timeout(ASK_MS) }));
  return {
    namespace: async (name) => {
      const cached = caches.namespaces.get(name);
      if (cached !== undefined) return cached;
      const read = await ask(objectPath(KINDS.namespaces, null, name));
      return read.kind === 'ok' ? readNamespace(read.value)?.value : undefined;
    },
    runtimeClass: async (name) => {
      const hit = runtimeClasses.get(name);
      if (hit !== undefined) return hit;
      const read = await ask(objectPath(KINDS.runtimeClasses, null, name));
      const found = read.kind === 'ok' ? readRuntimeClass(read.value) : undefined;
      if (found !== undefined) runtimeClasses.set(name, found);
      return found;
    },
    podFailurePolicy: async (namespace, name) => {
      const key = `${namespace}/${name}`;
      const hit = jobs.get(key);
      if (hit !== undefined) return hit;
      const read = await ask(objectPath(KINDS.jobs, namespace, name));
      const job = read.kind === 'ok' ? readWith(jobSchema, read.value) : null;
      if (job === null) return 'unknown';
      const has = job.spec.podFailurePolicy != null;
      jobs.set(key, has);
      return has;
    },
  };
}
