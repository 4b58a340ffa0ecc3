/** The cluster as commands see it: lists and single objects, and failures in one sentence with what to do next. */
import type { z } from 'zod';
import type { KubeApi } from '../webhook/kube/client.ts';
import { createKubeApi } from '../webhook/kube/client.ts';
import { listPages } from '../webhook/kube/list-pages.ts';
import type { Failure, Outcome } from '../webhook/kube/outcome.ts';
import { attempt } from '../webhook/kube/outcome.ts';
import type { Resource, ResourceKind } from '../webhook/kube/resource.ts';
import { createResource } from '../webhook/kube/resource.ts';
import type { Failed, Result } from './ending.ts';
import { environment, finding, ok } from './ending.ts';
import { reasonOf } from './write-whole.ts';

export interface Cluster {
  /** All objects of a kind, of one namespace or (null) of all. */
  readonly list: (kind: ResourceKind, namespace: string | null, labelSelector?: string) => Promise<Outcome<unknown[]>>;
  readonly resource: (
    kind: ResourceKind,
  ) => Pick<Resource, 'get' | 'create' | 'replace' | 'jsonPatch' | 'mergePatch' | 'remove'>;
}

/** Opens no connection. */
export function connectCluster(path: string, context: string | undefined): Result<Cluster> {
  let api: KubeApi;
  try {
    api = createKubeApi({ kind: 'kubeconfig', path, ...(context === undefined ? {} : { context }) });
  } catch (thrown) {
    const [what, remedy] =
      context === undefined
        ? [`the kubeconfig ${path}`, '--kubeconfig']
        : [`context ${context} of the kubeconfig ${path}`, '--context'];
    return environment(`${what} can't be used (${reasonOf(thrown)}); name another one with ${remedy}.`);
  }
  const { request } = api;
  return ok({
    list: (kind, namespace, labelSelector) =>
      attempt(async () => {
        const items: unknown[] = [];
        const selection = { kind, namespace, ...(labelSelector === undefined ? {} : { labelSelector }) };
        await listPages(request, selection, (item) => items.push(item));
        return items;
      }),
    resource: (kind) => createResource(request, kind),
  });
}

/** The listed objects in the shape that is asked for; an object of another shape is left out and said. */
export async function listAs<T>(
  cluster: Cluster,
  kind: ResourceKind,
  namespace: string | null,
  schema: z.ZodType<T>,
  note: (text: string) => void,
): Promise<Result<T[]>> {
  const listed = await cluster.list(kind, namespace);
  if (listed.kind !== 'ok') return explainFailure(listed, `list ${kind.plural}`);
  const parsed = listed.value.map((item) => schema.safeParse(item));
  const unknown = parsed.filter(({ success }) => !success).length;
  if (unknown > 0) note(`left out ${unknown} ${kind.plural} of a shape that this version of flak doesn't know`);
  return ok(parsed.flatMap(({ data }) => (data === undefined ? [] : [data])));
}

/** What a person does about a request that failed. `action` completes "could not …". */
export function explainFailure(failure: Failure, action: string): Failed {
  switch (failure.kind) {
    case 'not-found':
      return finding(`Flak is not installed in this cluster, or the object is gone; see docs/install.md.`);
    case 'try-later':
      return environment(
        `could not ${action}: the API server doesn't answer (${failure.message}); check --kubeconfig and --context.`,
      );
    case 'refused':
      return environment(
        `could not ${action}: ${failure.message} (${failure.status}); use an account that may, or ask who administers the cluster.`,
      );
    case 'already-exists':
    case 'conflict':
      return environment(`could not ${action}: it was changed at the same moment; try again.`);
  }
}
