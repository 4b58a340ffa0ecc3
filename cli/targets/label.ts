/** Starting and stopping traces is labelling: pods as they run, or the templates that they are made from. */
import { KINDS } from '../../webhook/kube/kinds.ts';
import { LABELS } from '../../webhook/names.ts';
import type { Cluster } from '../cluster.ts';
import { explainFailure } from '../cluster.ts';
import type { Result } from '../ending.ts';
import { ok, usage } from '../ending.ts';
import { findPods, workloadOfPod } from './pods.ts';
import type { FoundPod } from './pods.ts';
import type { TargetSelector } from './selector.ts';
import { labelTemplate, readWorkload } from './workloads.ts';

/** What was labelled: `pods/web-1`, `deployments/web`. */
export type Labelled = readonly string[];

/** Labels each pod that has another value; the others need nothing. */
export async function labelPods(
  cluster: Cluster,
  namespace: string,
  pods: readonly FoundPod[],
  value: 'true' | 'false',
): Promise<Result<Labelled>> {
  const labelled: string[] = [];
  for (const { name, labels } of pods) {
    if (labels[LABELS.trace] === value) continue;
    const patched = await cluster
      .resource(KINDS.pods)
      .mergePatch(namespace, name, { metadata: { labels: { [LABELS.trace]: value } } });
    if (patched.kind === 'not-found') continue;
    if (patched.kind !== 'ok') return explainFailure(patched, `label pods/${name}`);
    labelled.push(`pods/${name}`);
  }
  return ok(labelled);
}

/** Labels (`true`) or unlabels (null) the template of every workload that is meant, which rolls it. */
export async function labelTemplates(
  cluster: Cluster,
  namespace: string,
  selector: TargetSelector,
  value: 'true' | null,
): Promise<Result<Labelled>> {
  const workloads = await workloadsOf(cluster, namespace, selector);
  if (workloads.kind !== 'ok') return workloads;
  const labelled: string[] = [];
  for (const { plural, name } of workloads.value) {
    const workload = await readWorkload(cluster, namespace, plural, name);
    if (workload.kind !== 'ok') return workload;
    if ((workload.value.templateLabels[LABELS.trace] ?? null) === value) continue;
    const done = await labelTemplate(cluster, namespace, workload.value, LABELS.trace, value);
    if (done.kind !== 'ok') return done;
    labelled.push(`${plural}/${name}`);
  }
  return ok(labelled);
}

type WorkloadName = Pick<Extract<TargetSelector, { kind: 'workload' }>, 'plural' | 'name'>;

async function workloadsOf(
  cluster: Cluster,
  namespace: string,
  selector: TargetSelector,
): Promise<Result<WorkloadName[]>> {
  if (selector.kind === 'workload') return ok([selector]);
  const pods = await findPods(cluster, namespace, selector);
  if (pods.kind !== 'ok') return pods;
  const byName = new Map<string, WorkloadName>();
  for (const pod of pods.value) {
    const workload = await workloadOfPod(cluster, namespace, pod);
    if (workload.kind !== 'ok') return workload;
    if (workload.value === undefined)
      return usage(
        `nothing would make pod ${pod.name} anew from a template; leave --restart out, or delete and create it yourself.`,
      );
    byName.set(`${workload.value.plural}/${workload.value.name}`, workload.value);
  }
  return ok([...byName.values()]);
}
