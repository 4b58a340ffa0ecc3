/** Runs the tracer's image once on each Linux node, to look; and removes it again. */
import { z } from 'zod';
import type { NodeCheck } from '../../tracer/check/node-check.ts';
import { nodeCheckSchema } from '../../tracer/check/node-check.ts';
import type { Failure } from '../../webhook/kube/outcome.ts';
import { FLAK_NAMESPACE, LABELS } from '../../webhook/names.ts';
import type { Cluster } from '../cluster.ts';

export type NodeResult =
  | { readonly kind: 'checked'; readonly check: NodeCheck }
  | { readonly kind: 'unknown'; readonly why: string; readonly remedy: string };

interface CheckDeps {
  readonly cluster: Cluster;
  /** As the API server lists them. */
  readonly nodes: readonly unknown[];
  /** Of Flak's namespace: one of them knows the tracer's image. */
  readonly deployments: readonly unknown[];
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
}

const PODS = { apiVersion: 'v1', plural: 'pods' };
/** An image of 100 MB, pulled by a slow node. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 1_000;

const nodeSchema = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
});
const deploymentSchema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.array(
          z.object({ env: z.array(z.object({ name: z.string(), value: z.string().optional() })).optional() }),
        ),
      }),
    }),
  }),
});
const podSchema = z.object({
  status: z.object({
    phase: z.string().optional(),
    message: z.string().optional(),
    containerStatuses: z
      .array(
        z.object({
          state: z.object({
            waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
            terminated: z.object({ message: z.string().optional(), exitCode: z.number() }).optional(),
          }),
        }),
      )
      .optional(),
  }),
});

export async function checkNodes(deps: CheckDeps): Promise<{ readonly node: string; readonly result: NodeResult }[]> {
  const image = imageOf(deps.deployments);
  const names = deps.nodes.flatMap((node) => {
    const parsed = nodeSchema.safeParse(node).data;
    return parsed?.metadata.labels?.['kubernetes.io/os'] === 'linux' ? [parsed.metadata.name] : [];
  });
  const unknown: NodeResult = {
    kind: 'unknown',
    why: 'the installed control plane names no tracer image',
    remedy: 'install Flak first: flak install',
  };
  return Promise.all(
    names.map(async (node) => ({ node, result: image === undefined ? unknown : await checkOne(node, image, deps) })),
  );
}

function imageOf(deployments: readonly unknown[]): string | undefined {
  const parsed = deployments.flatMap((deployment) => deploymentSchema.safeParse(deployment).data ?? []);
  const variables = parsed.flatMap(({ spec }) => spec.template.spec.containers.flatMap(({ env }) => env ?? []));
  return variables.find(({ name }) => name === 'FLAK_TRACER_IMAGE')?.value;
}

async function checkOne(node: string, image: string, { cluster, sleep, now }: CheckDeps): Promise<NodeResult> {
  const pods = cluster.resource(PODS);
  const name = `doctor-${node.slice(0, 40).replace(/[^a-z0-9-]/g, '-')}-${crypto.randomUUID().slice(0, 8)}`;
  const created = await pods.create(FLAK_NAMESPACE, podOf(name, node, image));
  if (created.kind !== 'ok') return unknownBecause(`the check could not be started: ${reasonOf(created)}`);
  try {
    const end = now() + PATIENCE_MS;
    let waiting = 'it never ran';
    while (now() < end) {
      const found = await pods.get(FLAK_NAMESPACE, name);
      const status = found.kind === 'ok' ? podSchema.safeParse(found.value).data?.status : undefined;
      const state = status?.containerStatuses?.[0]?.state;
      if (state?.terminated) return parseCheck(state.terminated.message ?? '');
      if (status?.phase === 'Failed') return unknownBecause(status.message ?? 'the kubelet refused the pod');
      waiting = state?.waiting?.message ?? state?.waiting?.reason ?? waiting;
      await sleep(LOOK_MS);
    }
    return unknownBecause(`no answer within ${PATIENCE_MS / 1000} s: ${waiting}`);
  } finally {
    await pods.remove(FLAK_NAMESPACE, name, { graceSeconds: 0 });
  }
}

function parseCheck(text: string): NodeResult {
  try {
    return { kind: 'checked', check: nodeCheckSchema.parse(JSON.parse(text)) };
  } catch {
    return unknownBecause(`the check ended with ${text.slice(0, 200) || 'no words'}`);
  }
}

function unknownBecause(why: string): NodeResult {
  return { kind: 'unknown', why, remedy: `kubectl -n ${FLAK_NAMESPACE} get events says more` };
}

function reasonOf(failure: Failure): string {
  return 'message' in failure ? failure.message : failure.kind;
}

/** Privileged as a tracer is, tolerating what a tracer tolerates; it lives for a second and has no token. */
function podOf(name: string, node: string, image: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: FLAK_NAMESPACE, labels: { [LABELS.component]: 'doctor', [LABELS.partOf]: 'flak' } },
    spec: {
      nodeName: node,
      restartPolicy: 'Never',
      hostPID: true,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'doctor',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', 'tracer/check-main.ts'],
          securityContext: { privileged: true, readOnlyRootFilesystem: true },
          volumeMounts: [
            { name: 'cgroups', mountPath: '/host/sys/fs/cgroup', readOnly: true },
            { name: 'bpf', mountPath: '/sys/fs/bpf' },
          ],
        },
      ],
      volumes: [
        { name: 'cgroups', hostPath: { path: '/sys/fs/cgroup' } },
        { name: 'bpf', hostPath: { path: '/sys/fs/bpf' } },
      ],
    },
  };
}
