/** What `flak trace` is told to be about: `deploy/web`, or conditions on pods joined by commas. */
import type { Result } from '../ending.ts';
import { ok, usage } from '../ending.ts';

export type TargetSelector =
  | { readonly kind: 'workload'; readonly plural: WorkloadPlural; readonly name: string }
  | {
      readonly kind: 'pods';
      readonly podName: string | null;
      readonly containerName: string | null;
      /** As in `kubectl -l`; empty for none. */
      readonly labels: string;
    };

export const SELECTOR_ARGUMENT =
  'deploy/web (sts/, ds/ too), or conditions joined by commas: pod.name=NAME, container.name=NAME, pod.label.KEY=VALUE';

/** kubectl's names of the workloads whose template can carry a label and roll. */
const WORKLOADS = {
  deployments: ['deploy', 'deployment', 'deployments'],
  statefulsets: ['sts', 'statefulset', 'statefulsets'],
  daemonsets: ['ds', 'daemonset', 'daemonsets'],
} as const;
export type WorkloadPlural = keyof typeof WORKLOADS;

export function parseSelector(text: string): Result<TargetSelector> {
  const [kind = '', name, ...rest] = text.split('/');
  if (!text.includes('=') && name !== undefined && rest.length === 0) return parseWorkload(kind, name, text);
  return parseConditions(text);
}

function parseWorkload(kind: string, name: string, text: string): Result<TargetSelector> {
  if (/^(po|pods?)$/i.test(kind) && name !== '')
    return ok({ kind: 'pods', podName: name, containerName: null, labels: '' });
  const plurals = Object.keys(WORKLOADS) as WorkloadPlural[];
  const plural = plurals.find((each) => (WORKLOADS[each] as readonly string[]).includes(kind.toLowerCase()));
  if (plural === undefined || name === '')
    return usage(
      `${text} is no workload that can be rolled; give deploy/NAME, sts/NAME, ds/NAME, or pod.label.KEY=VALUE.`,
    );
  return ok({ kind: 'workload', plural, name });
}

function parseConditions(text: string): Result<TargetSelector> {
  const conditions = { podName: null as string | null, containerName: null as string | null };
  const labels: string[] = [];
  for (const part of text.split(',')) {
    const [, key, value = ''] = /^([^=]+)=(.+)$/.exec(part.trim()) ?? [];
    if (key === 'pod.name' && conditions.podName === null) conditions.podName = value;
    else if (key === 'container.name' && conditions.containerName === null) conditions.containerName = value;
    else if (key?.startsWith('pod.label.') && key.length > 'pod.label.'.length)
      labels.push(`${key.slice('pod.label.'.length)}=${value}`);
    else return usage(`${part.trim() || 'nothing'} is no condition; give ${SELECTOR_ARGUMENT}.`);
  }
  return ok({ kind: 'pods', ...conditions, labels: labels.join(',') });
}
