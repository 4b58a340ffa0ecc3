/** Workloads whose pods come from a template, as far as starting and stopping traces looks at them. */
import { z } from 'zod';
import type { ResourceKind } from '../../webhook/kube/resource.ts';
import type { Cluster } from '../cluster.ts';
import { explainFailure } from '../cluster.ts';
import type { Result } from '../ending.ts';
import { finding, ok } from '../ending.ts';
import type { WorkloadPlural } from './selector.ts';

export const WORKLOAD_KINDS: Readonly<Record<WorkloadPlural, ResourceKind>> = {
  deployments: { apiVersion: 'apps/v1', plural: 'deployments' },
  statefulsets: { apiVersion: 'apps/v1', plural: 'statefulsets' },
  daemonsets: { apiVersion: 'apps/v1', plural: 'daemonsets' },
};

const expressionSchema = z.object({
  key: z.string(),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
  values: z.array(z.string()).optional(),
});
const workloadSchema = z.object({
  spec: z.object({
    selector: z.object({
      matchLabels: z.record(z.string(), z.string()).optional(),
      matchExpressions: z.array(expressionSchema).optional(),
    }),
    template: z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()).optional() }).optional() }),
  }),
});

export interface FoundWorkload {
  readonly plural: WorkloadPlural;
  readonly name: string;
  /** By which its pods are listed. */
  readonly podSelector: string;
  readonly templateLabels: Readonly<Record<string, string>>;
}

export async function readWorkload(
  cluster: Cluster,
  namespace: string,
  plural: WorkloadPlural,
  name: string,
): Promise<Result<FoundWorkload>> {
  const got = await cluster.resource(WORKLOAD_KINDS[plural]).get(namespace, name);
  if (got.kind === 'not-found')
    return finding(`there is no ${plural}/${name} in namespace ${namespace}; name another one, or -n.`);
  if (got.kind !== 'ok') return explainFailure(got, `read ${plural}/${name}`);
  const { selector, template } = workloadSchema.parse(got.value).spec;
  return ok({ plural, name, podSelector: toListSelector(selector), templateLabels: template.metadata?.labels ?? {} });
}

/** A LabelSelector as the query parameter has it. */
function toListSelector({
  matchLabels = {},
  matchExpressions = [],
}: z.infer<typeof workloadSchema>['spec']['selector']): string {
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In':
        return `${key} in (${values.join(',')})`;
      case 'NotIn':
        return `${key} notin (${values.join(',')})`;
      case 'Exists':
        return key;
      case 'DoesNotExist':
        return `!${key}`;
    }
  });
  return [...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`), ...expressions].join(',');
}

/** Sets a label of the template, or takes it off (null); a changed template rolls the workload. */
export async function labelTemplate(
  cluster: Cluster,
  namespace: string,
  { plural, name }: Pick<FoundWorkload, 'plural' | 'name'>,
  label: string,
  value: string | null,
): Promise<Result<undefined>> {
  const body = { spec: { template: { metadata: { labels: { [label]: value } } } } };
  const patched = await cluster.resource(WORKLOAD_KINDS[plural]).mergePatch(namespace, name, body);
  return patched.kind === 'ok' ? ok(undefined) : explainFailure(patched, `label the template of ${plural}/${name}`);
}
