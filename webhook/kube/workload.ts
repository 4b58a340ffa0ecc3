/** Whose pod a target is: its top-level owner, by which its profiles are named. */
import type { Workload } from '../../profile/syscall-profile.ts';
import type { Owner, TargetPod } from '../controller/target-pod.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { KINDS } from './kinds.ts';
import { anyObjectSchema, readWith } from './read-object.ts';
import { createResource } from './resource.ts';
import type { ResourceKind } from './resource.ts';
import type { KubeRequest } from './request.ts';

/** The owners that have owners of their own. Others are the top (whoever makes ReplicaSets and Jobs without one, too). */
const OWNED: Readonly<Record<string, ResourceKind>> = {
  'apps/ReplicaSet': KINDS.replicaSets,
  'batch/Job': KINDS.jobs,
};
const KEPT = { workloads: 5000, ms: 10 * 60_000 } as const;

export type FindWorkload = (pod: TargetPod) => Promise<Workload | null>;

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

function named({ apiVersion, kind, name }: { apiVersion: string; kind: string; name: string }): Workload {
  return { apiVersion, kind, name };
}

/**
 * null when the API server can't say now. An owner that is gone already (deleted in the foreground, or with its
 * namespace) is itself the answer: the pod's reference still names it.
 */
export function createFindWorkload(request: KubeRequest, now: () => number): FindWorkload {
  const known = createBoundedCache<Workload>(KEPT.workloads, KEPT.ms, now);
  const ofOwner = async (namespace: string, owner: Owner): Promise<Workload | null> => {
    const kind = OWNED[`${groupOf(owner.apiVersion)}/${owner.kind}`];
    if (kind === undefined) return named(owner);
    const read = await createResource(request, kind).get(namespace, owner.name);
    if (read.kind === 'try-later') return null;
    const metadata = read.kind === 'ok' ? readWith(anyObjectSchema, read.value)?.metadata : undefined;
    if (metadata?.uid !== owner.uid) return named(owner);
    const above = metadata.ownerReferences?.find(({ controller }) => controller === true);
    return named(above ?? owner);
  };
  return async (pod) => {
    if (pod.owner === null) return { apiVersion: 'v1', kind: 'Pod', name: pod.name };
    const hit = known.get(pod.owner.uid);
    if (hit !== undefined) return hit;
    const found = await ofOwner(pod.namespace, pod.owner);
    if (found !== null) known.set(pod.owner.uid, found);
    return found;
  };
}
