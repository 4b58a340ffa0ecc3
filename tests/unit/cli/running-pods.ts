/** A namespace with pods that run, and the workloads that they come from. */
import type { StoredObject } from './fakes.ts';
import { FakeCluster } from './fakes.ts';

export const UID = '3c1f6a52-7d0b-4a52-9b5e-2f6c1f0f9a11';

export function pod(
  name: string,
  labels: Record<string, string>,
  more: Partial<StoredObject['metadata']> = {},
): StoredObject {
  return {
    metadata: { name, namespace: 'shop', uid: name === 'web-1' ? UID : name, labels, ...more },
    spec: { containers: [{ name: 'nginx' }], initContainers: [{ name: 'init' }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'nginx', containerID: 'containerd://c1' }, { name: 'x' }] },
  };
}

const owned = (kind: string, name: string) => ({ ownerReferences: [{ kind, name, controller: true }] });

function workload(name: string, templateLabels: Record<string, string> = {}): StoredObject {
  return {
    metadata: { name, namespace: 'shop' },
    spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: templateLabels } } },
  };
}

export function cluster(more: Record<string, StoredObject[]> = {}): FakeCluster {
  return new FakeCluster({
    pods: [
      pod('web-1', { app: 'web' }, owned('ReplicaSet', 'web-a')),
      pod('web-2', { app: 'web', 'flak.dev/traced': 'true' }, owned('ReplicaSet', 'web-a')),
      pod('web-3', { app: 'web' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      { ...pod('done', { app: 'done' }), status: { phase: 'Succeeded' } },
      pod('bare', { app: 'bare', 'flak.dev/trace': 'true' }),
      pod('db-0', { app: 'db' }, owned('StatefulSet', 'db')),
      pod('job-1', { app: 'job' }, owned('Job', 'job')),
    ],
    replicasets: [{ metadata: { name: 'web-a', namespace: 'shop', ...owned('Deployment', 'web') } }],
    deployments: [workload('web'), workload('old', { 'flak.dev/trace': 'true' })],
    statefulsets: [workload('db')],
    daemonsets: [],
    traces: [],
    configmaps: [],
    ...more,
  });
}

export function trace(name: string, podUid: string, status: object): StoredObject {
  return {
    metadata: { name: `${name}-${podUid.slice(0, 8)}`, namespace: 'shop' },
    spec: { podName: name, podUid },
    status,
  };
}
