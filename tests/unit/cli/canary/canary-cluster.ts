/** A cluster in memory whose pods are run and traced as a test says: what the API server, a kubelet and Flak would do. */
import { mergeContribution } from '../../../../profile/merge.ts';
import type { ProfiledCall, SyscallProfileStatus } from '../../../../profile/syscall-profile.ts';
import { FakeCluster, type StoredObject } from '../fakes.ts';

export const NAMESPACE = 'shop';
const AT = '2026-01-01T00:00:00.000Z';

export function statusWith(names: readonly string[], pod: string): SyscallProfileStatus {
  const calls = names.map((name): ProfiledCall => ({ abi: 'x86_64', name, origins: ['startup'], firstSeenAt: AT }));
  const completeness = { level: 'observed' as const, reasons: [], notes: [] };
  const where = { node: 'n', kernel: '6.1', architecture: 'x86_64' as const, runtime: 'runc' };
  const contributor = { traceUid: `${pod}-uid`, pod, ...where, armedAt: AT, endedAt: AT, completeness };
  return mergeContribution(undefined, { imageDigest: 'sha256:1', image: 'web:1', contributor, calls }, { groups: [] });
}

export interface World {
  readonly cluster: FakeCluster;
  /** Canaries as they were created. */
  readonly canaries: StoredObject[];
  /** What each canary is seen doing. */
  calls: readonly string[];
  /** Of a canary from its creation on. */
  status: object;
  /** Whether Flak is there: gates, traces and profiles. */
  traced: boolean;
}

/** A Deployment `web` with one container, its profile allowing `allowed`, and a Service in front. */
export function worldWith(allowed: readonly string[]): World {
  const metadata = { namespace: NAMESPACE };
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'web:1' }] } };
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const cluster = new FakeCluster({
    deployments: [
      { metadata: { ...metadata, name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } }, template } },
    ],
    services: [{ metadata: { ...metadata, name: 'front' }, spec: { selector: { app: 'web' } } }],
    syscallprofiles: [
      {
        metadata: { ...metadata, name: 'deployment-web-nginx', resourceVersion: '7' },
        spec: { workload, container: 'nginx' },
        status: statusWith(allowed, 'web-1'),
      },
    ],
    pods: [],
    traces: [],
  });
  const world: World = {
    cluster,
    canaries: [],
    calls: allowed,
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
    traced: true,
  };
  cluster.onCreate = (plural, pod) => {
    if (plural === 'pods') start(world, pod);
  };
  cluster.onRemove = (plural, name) => {
    if (plural === 'pods' && world.traced) end(world, name);
  };
  return world;
}

function start({ cluster, canaries, status, traced }: World, pod: StoredObject): void {
  canaries.push(structuredClone(pod));
  pod.metadata['uid'] = `${'0'.repeat(7)}${canaries.length}-uid`;
  pod['status'] = status;
  if (!traced) return;
  pod['spec'] = {
    ...(pod['spec'] as object),
    initContainers: [{ name: 'flak-gate' }],
    terminationGracePeriodSeconds: 5,
  };
  cluster.objects['traces']?.push(traceOf(pod, 'Recording'));
}

function traceOf({ metadata }: StoredObject, phase: string, profiles: readonly string[] = []): StoredObject {
  const uid = String(metadata['uid']);
  return {
    metadata: { name: `${metadata.name}-${uid.slice(0, 8)}`, namespace: NAMESPACE },
    spec: { podName: metadata.name, podUid: uid },
    status: { phase, profiles },
  };
}

/** The trace is merged into a profile of the canary's own, as no workload owns it. */
function end({ cluster, calls }: World, name: string): void {
  const [trace] = (cluster.objects['traces'] ?? []).filter(
    ({ spec }) => (spec as { podName: string }).podName === name,
  );
  if (trace === undefined || (trace['status'] as { phase: string }).phase === 'Complete') return;
  const profile = `pod-${name}-nginx`;
  trace['status'] = { phase: 'Complete', profiles: [profile] };
  const workload = { apiVersion: 'v1', kind: 'Pod', name };
  cluster.objects['syscallprofiles']?.push({
    metadata: { name: profile, namespace: NAMESPACE, resourceVersion: '1' },
    spec: { workload, container: 'nginx' },
    status: statusWith(calls, name),
  });
}
