/** The running pods that a selector means, and the workloads that they come from. */
import { z } from 'zod';
import { KINDS } from '../../webhook/kube/kinds.ts';
import type { Cluster } from '../cluster.ts';
import { explainFailure } from '../cluster.ts';
import type { Result } from '../ending.ts';
import { finding, ok } from '../ending.ts';
import type { TargetSelector, WorkloadPlural } from './selector.ts';
import { readWorkload } from './workloads.ts';

const named = z.object({ name: z.string() });
const ownerSchema = z.object({ kind: z.string(), name: z.string(), controller: z.boolean().optional() });
const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
    deletionTimestamp: z.string().optional(),
    ownerReferences: z.array(ownerSchema).optional(),
  }),
  spec: z.object({ containers: z.array(named), initContainers: z.array(named).optional() }),
  status: z.object({ phase: z.string().optional() }).optional(),
});
const replicaSetSchema = z.object({ metadata: z.object({ ownerReferences: z.array(ownerSchema).optional() }) });

export interface FoundPod {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owner: { readonly kind: string; readonly name: string } | null;
}

/** Pods that are neither ending nor finished. Ends with a finding where the selector means none. */
export async function findPods(
  cluster: Cluster,
  namespace: string,
  selector: TargetSelector,
): Promise<Result<FoundPod[]>> {
  const labels = await labelSelectorOf(cluster, namespace, selector);
  if (labels.kind !== 'ok') return labels;
  const listed = await cluster.list(KINDS.pods, namespace, labels.value || undefined);
  if (listed.kind !== 'ok') return explainFailure(listed, 'list pods');
  const pods = listed.value.map((pod) => podSchema.parse(pod)).filter((pod) => isMeant(pod, selector));
  if (pods.length === 0)
    return finding(`no running pod in namespace ${namespace} is meant by that; look with kubectl get pods.`);
  return ok(pods.map(({ metadata }) => toFound(metadata)));
}

async function labelSelectorOf(cluster: Cluster, namespace: string, selector: TargetSelector): Promise<Result<string>> {
  if (selector.kind === 'pods') return ok(selector.labels);
  const workload = await readWorkload(cluster, namespace, selector.plural, selector.name);
  return workload.kind === 'ok' ? ok(workload.value.podSelector) : workload;
}

function isMeant({ metadata, spec, status }: z.infer<typeof podSchema>, selector: TargetSelector): boolean {
  if (metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed'].includes(status?.phase ?? '')) return false;
  if (selector.kind === 'workload') return true;
  const containers = [...spec.containers, ...(spec.initContainers ?? [])].map(({ name }) => name);
  return (
    (selector.podName === null || metadata.name === selector.podName) &&
    (selector.containerName === null || containers.includes(selector.containerName))
  );
}

function toFound({ name, uid, labels = {}, ownerReferences = [] }: z.infer<typeof podSchema>['metadata']): FoundPod {
  return { name, uid, labels, owner: ownerReferences.find(({ controller }) => controller === true) ?? null };
}

const PLURALS: Readonly<Record<string, WorkloadPlural>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
};

/** The workload to roll for a pod; undefined where nothing would make it anew from a changed template. */
export async function workloadOfPod(
  cluster: Cluster,
  namespace: string,
  { owner }: FoundPod,
): Promise<Result<{ plural: WorkloadPlural; name: string } | undefined>> {
  if (owner?.kind !== 'ReplicaSet') return ok(owner ? toWorkload(owner) : undefined);
  const got = await cluster.resource(KINDS.replicaSets).get(namespace, owner.name);
  if (got.kind !== 'ok') return explainFailure(got, `read replicasets/${owner.name}`);
  const { ownerReferences = [] } = replicaSetSchema.parse(got.value).metadata;
  const [deployment] = ownerReferences.filter(({ controller }) => controller === true);
  return ok(deployment && toWorkload(deployment));
}

function toWorkload({ kind, name }: { readonly kind: string; readonly name: string }) {
  const plural = PLURALS[kind];
  return plural && { plural, name };
}
