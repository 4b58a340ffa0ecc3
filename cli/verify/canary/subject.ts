/** What is verified: a workload's pod template, and by which labels its owner knows its pods. */
import { z } from 'zod';
import type { Workload } from '../../../profile/syscall-profile.ts';
import { KINDS } from '../../../webhook/kube/kinds.ts';
import type { ResourceKind } from '../../../webhook/kube/resource.ts';
import type { Connection } from '../../connection.ts';
import { explainFailure } from '../../cluster.ts';
import type { Result } from '../../ending.ts';
import { finding, ok, usage } from '../../ending.ts';
import type { LabelSelector } from './selectors.ts';
import { labelSelectorSchema } from './selectors.ts';
import type { PodTemplate } from './template.ts';
import { podTemplateSchema } from './template.ts';

export interface Subject {
  /** The top-level owner: profiles are stored by it. */
  readonly workload: Workload;
  readonly template: PodTemplate;
  /** By which its owner selects pods; null where nothing does. */
  readonly selector: LabelSelector | null;
  /** Whether a pod that the selector matches would be adopted: a Deployment's ReplicaSets select by a hash as well. */
  readonly adopts: boolean;
  /** Volumes that a StatefulSet makes for each of its pods. */
  readonly claimTemplates: readonly string[];
  /** Ends by itself when all goes well. */
  readonly runsToEnd: boolean;
}

interface Kind extends ResourceKind {
  readonly kind: string;
  /** As kubectl knows it. */
  readonly names: readonly string[];
}

/** kubectl's names, and how the kinds are read. */
const READ: readonly Kind[] = [
  { ...KINDS.deployments, kind: 'Deployment', names: ['deploy', 'deployment', 'deployments'] },
  { apiVersion: 'apps/v1', plural: 'statefulsets', kind: 'StatefulSet', names: ['sts', 'statefulset', 'statefulsets'] },
  { apiVersion: 'apps/v1', plural: 'daemonsets', kind: 'DaemonSet', names: ['ds', 'daemonset', 'daemonsets'] },
  { ...KINDS.replicaSets, kind: 'ReplicaSet', names: ['rs', 'replicaset', 'replicasets'] },
  { ...KINDS.jobs, kind: 'Job', names: ['job', 'jobs'] },
  { apiVersion: 'batch/v1', plural: 'cronjobs', kind: 'CronJob', names: ['cj', 'cronjob', 'cronjobs'] },
  { ...KINDS.pods, kind: 'Pod', names: ['po', 'pod', 'pods'] },
];

export const WORKLOAD_WORDS = 'deploy/NAME, sts/, ds/, job/, cronjob/, or pod/NAME';

const ownersSchema = z
  .array(z.object({ apiVersion: z.string(), kind: z.string(), name: z.string(), controller: z.boolean().optional() }))
  .optional();
const ownedSchema = z.object({ metadata: z.object({ ownerReferences: ownersSchema }) });
const templatedSchema = z.object({
  spec: z.object({
    selector: labelSelectorSchema.optional(),
    template: podTemplateSchema,
    volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) })).optional(),
  }),
});
const cronSchema = z.object({ spec: z.object({ jobTemplate: templatedSchema }) });

export async function readSubject(text: string, { cluster, namespace }: Connection): Promise<Result<Subject>> {
  const [word = '', name = '', ...rest] = text.split('/');
  const kind = READ.find(({ names }) => names.includes(word.toLowerCase()));
  if (kind === undefined || name === '' || rest.length > 0)
    return usage(`${text} is no workload; give ${WORKLOAD_WORDS}, or a command behind --.`);
  const got = await cluster.resource(kind).get(namespace, name);
  if (got.kind === 'not-found')
    return finding(`there is no ${kind.plural}/${name} in namespace ${namespace}; name another one, or -n.`);
  if (got.kind !== 'ok') return explainFailure(got, `read ${kind.plural}/${name}`);
  const owner = ownedSchema.parse(got.value).metadata.ownerReferences?.find(({ controller }) => controller === true);
  const own = { apiVersion: kind.apiVersion, kind: kind.kind, name };
  if (kind.kind === 'Pod') return owner ? ownedPod(name, owner) : ok(subjectOfPod(own, got.value));
  const workload = owner ? { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name } : own;
  const inner = kind.kind === 'CronJob' ? cronSchema.parse(got.value).spec.jobTemplate : got.value;
  return ok(subjectOfTemplate(kind.kind, workload, inner));
}

function ownedPod(name: string, owner: Workload): Result<never> {
  return usage(`pod ${name} belongs to ${owner.kind} ${owner.name}; name its workload: ${WORKLOAD_WORDS}.`);
}

function subjectOfTemplate(kind: string, workload: Workload, object: unknown): Subject {
  const { selector, template, volumeClaimTemplates = [] } = templatedSchema.parse(object).spec;
  return {
    workload,
    template,
    selector: selector ?? null,
    adopts: kind !== 'Deployment' && selector !== undefined,
    claimTemplates: volumeClaimTemplates.map(({ metadata }) => metadata.name),
    runsToEnd: kind === 'Job' || kind === 'CronJob',
  };
}

function subjectOfPod(workload: Workload, object: unknown): Subject {
  const template = podTemplateSchema.parse(object);
  const runsToEnd = (template.spec.restartPolicy ?? 'Always') !== 'Always';
  return { workload, template, selector: null, adopts: false, claimTemplates: [], runsToEnd };
}
