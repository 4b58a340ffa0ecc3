/** From what the API server tells to whether this cluster can be traced. Pure. */
import { z } from 'zod';
import type { Failure } from '../../webhook/kube/outcome.ts';
import { FLAK_NAMESPACE } from '../../webhook/names.ts';
import type { Diagnosis } from './diagnosis.ts';
import { fine, problem, warning } from './diagnosis.ts';

/** What was asked for, or why it could not be had. */
export type Asked = { readonly kind: 'ok'; readonly value: readonly unknown[] } | Failure;

export interface ClusterFacts {
  readonly nodes: Asked;
  readonly namespaces: Asked;
  /** Of Flak's namespace. */
  readonly deployments: Asked;
  readonly crds: Asked;
  readonly webhooks: Asked;
}

const WHERE = 'cluster';
const named = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
});
const nodeSchema = named.extend({
  status: z.object({
    nodeInfo: z.object({
      operatingSystem: z.string(),
      architecture: z.string(),
      kernelVersion: z.string(),
      containerRuntimeVersion: z.string(),
      kubeletVersion: z.string(),
    }),
  }),
});
const deploymentSchema = named.extend({
  spec: z.object({ replicas: z.number().optional() }),
  status: z.object({ readyReplicas: z.number().optional() }),
});

export function diagnoseCluster(facts: ClusterFacts): Diagnosis[] {
  const { nodes } = facts;
  if (nodes.kind !== 'ok') return [unanswered('API server', nodes)];
  return [
    fine(WHERE, 'API server', 'answers'),
    ...parse(nodes.value, nodeSchema).map(diagnoseReported),
    diagnoseCrds(facts.crds),
    diagnoseControlPlane(facts.deployments),
    diagnoseWebhook(facts.webhooks),
    diagnosePodSecurity(facts.namespaces),
  ];
}

function parse<T>(items: readonly unknown[], schema: z.ZodType<T>): T[] {
  return items.flatMap((item) => schema.safeParse(item).data ?? []);
}

function unanswered(what: string, failure: Failure): Diagnosis {
  const detail = 'message' in failure ? failure.message : failure.kind;
  return problem(
    WHERE,
    what,
    `could not be asked: ${detail}`,
    'check --kubeconfig and --context, and that the account may read it',
  );
}

/** What the kubelet reports says nothing of BTF and lockdown: --nodes looks. */
function diagnoseReported({ metadata: { name }, status: { nodeInfo } }: z.infer<typeof nodeSchema>): Diagnosis {
  const { operatingSystem, architecture, kernelVersion, containerRuntimeVersion, kubeletVersion } = nodeInfo;
  const detail = `${operatingSystem}/${architecture}, Linux ${kernelVersion}, ${containerRuntimeVersion}, kubelet ${kubeletVersion}`;
  const where = `node ${name}`;
  if (operatingSystem !== 'linux') return warning(where, 'node', detail, 'pods there are left untraced');
  if (architecture !== 'amd64' && architecture !== 'arm64')
    return warning(where, 'node', detail, 'Flak knows amd64 and arm64; pods there are left untraced');
  const [major = 0, minor = 0] = kernelVersion.split('.').map(Number);
  const isOld = major < 5 || (major === 5 && minor < 10);
  return isOld ? problem(where, 'node', detail, 'boot Linux 5.10 or newer') : fine(where, 'node', detail);
}

function diagnoseCrds(crds: Asked): Diagnosis {
  if (crds.kind !== 'ok') return unanswered('custom resources', crds);
  const names = parse(crds.value, named).map(({ metadata }) => metadata.name);
  const missing = ['traces.flak.dev', 'syscallprofiles.flak.dev'].filter((name) => !names.includes(name));
  return missing.length === 0
    ? fine(WHERE, 'custom resources', 'installed')
    : problem(
        WHERE,
        'custom resources',
        `missing: ${missing.join(', ')}`,
        'install Flak: flak install, or docs/install.md',
      );
}

function diagnoseControlPlane(deployments: Asked): Diagnosis {
  if (deployments.kind !== 'ok') return unanswered('control plane', deployments);
  const [deployment] = parse(deployments.value, deploymentSchema);
  if (!deployment)
    return problem(WHERE, 'control plane', 'not installed', 'install Flak: flak install, or docs/install.md');
  const ready = deployment.status.readyReplicas ?? 0;
  const detail = `${ready} of ${deployment.spec.replicas ?? 1} replicas ready`;
  // A replica is ready only once a dry-run pod came back with a gate: webhook, certificate and leader are in place.
  return ready > 0
    ? fine(WHERE, 'control plane', `${detail}; the webhook was reached through the API server`)
    : problem(WHERE, 'control plane', detail, `kubectl -n ${FLAK_NAMESPACE} get pods,events shows why`);
}

function diagnoseWebhook(webhooks: Asked): Diagnosis {
  if (webhooks.kind !== 'ok') return unanswered('webhook', webhooks);
  const isThere = parse(webhooks.value, named).some(
    ({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of'] === 'flak',
  );
  return isThere
    ? fine(WHERE, 'webhook', 'registered')
    : problem(WHERE, 'webhook', 'not registered', 'install Flak: flak install, or docs/install.md');
}

function diagnosePodSecurity(namespaces: Asked): Diagnosis {
  if (namespaces.kind !== 'ok') return unanswered('Pod Security', namespaces);
  const own = parse(namespaces.value, named).find(({ metadata }) => metadata.name === FLAK_NAMESPACE);
  if (!own)
    return problem(
      WHERE,
      'Pod Security',
      `no namespace ${FLAK_NAMESPACE}`,
      'install Flak: flak install, or docs/install.md',
    );
  const level = own.metadata.labels?.['pod-security.kubernetes.io/enforce'];
  return level === 'privileged'
    ? fine(WHERE, 'Pod Security', `${FLAK_NAMESPACE} may run privileged pods`)
    : warning(
        WHERE,
        'Pod Security',
        `${FLAK_NAMESPACE} enforces ${level ?? "the cluster's default"}`,
        `kubectl label namespace ${FLAK_NAMESPACE} pod-security.kubernetes.io/enforce=privileged, or tracers may be refused`,
      );
}
