/** Stands in for nodes: binds pods, reports their status, and takes deleted ones away, as a kubelet does. */
import { GATE, FINALIZER, LABELS } from '../../../webhook/names.ts';
import type { KubeApi } from '../../../webhook/kube/client.ts';
import { KINDS } from '../../../webhook/kube/kinds.ts';
import { attempt } from '../../../webhook/kube/outcome.ts';
import { collectionPath, createResource, objectPath } from '../../../webhook/kube/resource.ts';
import type { Resource } from '../../../webhook/kube/resource.ts';

export interface RawObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
}

export const IMAGE_DIGEST = `registry.example/app@sha256:${'ab'.repeat(32)}`;

/** A pod as admission leaves it: gate, label, finalizer. */
export function gatedPod(
  name: string,
  changes: { owner?: object; annotations?: Record<string, string>; volumes?: readonly object[] } = {},
): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { [LABELS.traced]: 'true', [LABELS.trace]: 'true' },
      annotations: changes.annotations ?? {},
      finalizers: ['example.com/other', FINALIZER],
      ...(changes.owner === undefined ? {} : { ownerReferences: [changes.owner] }),
    },
    spec: {
      terminationGracePeriodSeconds: 1,
      initContainers: [{ name: GATE.container, image: 'registry.example/gate:1' }],
      containers: [{ name: 'app', image: 'registry.example/app:1', command: ['serve', '$(PORT)'] }],
      volumes: changes.volumes ?? [],
    },
  };
}

export interface Node {
  readonly bind: (namespace: string, pod: string) => Promise<void>;
  /** Its gate has ended and its container runs. */
  readonly start: (namespace: string, pod: string) => Promise<void>;
  readonly reportTracer: (tracer: string, status: object) => Promise<void>;
  /** Ends and confirms everything that is being deleted, until the signal is aborted. */
  readonly confirmDeletions: (namespaces: readonly string[], signal: AbortSignal) => Promise<void>;
}

function expectOk(outcome: { readonly kind: string }, what: string): void {
  if (outcome.kind !== 'ok') throw new Error(`${what}: ${JSON.stringify(outcome)}`);
}

const STARTED_AT = '2026-01-01T00:00:00Z';
const terminated = { exitCode: 0, startedAt: STARTED_AT, containerID: 'containerd://gone' };

export async function createNode(kube: KubeApi, name: string): Promise<Node> {
  const pods = createResource(kube.request, KINDS.pods);
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
  expectOk(await createResource(kube.request, KINDS.nodes).create(null, node), 'making the node');
  const setStatus = async (namespace: string, pod: string, status: object): Promise<void> => {
    expectOk(await pods.mergePatch(namespace, pod, { status }, 'status'), `status of ${pod}`);
  };
  return {
    bind: async (namespace, pod) => {
      const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: pod }, target: { kind: 'Node', name } };
      const path = `${objectPath(KINDS.pods, namespace, pod)}/binding`;
      expectOk(await attempt(() => kube.request({ method: 'POST', path, body })), `binding ${pod}`);
    },
    start: (namespace, pod) =>
      setStatus(namespace, pod, {
        phase: 'Running',
        initContainerStatuses: [status(GATE.container, { terminated: { ...terminated, finishedAt: STARTED_AT } })],
        containerStatuses: [status('app', { running: { startedAt: new Date().toISOString() } })],
      }),
    reportTracer: (tracer, state) => setStatus('flak-system', tracer, state),
    confirmDeletions: async (namespaces, signal) => {
      while (!signal.aborted) {
        for (const namespace of namespaces) await confirm(kube, pods, namespace).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

function status(name: string, state: object): object {
  return {
    name,
    image: '',
    imageID: IMAGE_DIGEST,
    containerID: `containerd://${name}`,
    ready: false,
    restartCount: 0,
    state,
  };
}

async function confirm(kube: KubeApi, pods: Resource, namespace: string): Promise<void> {
  const list = (await kube.request({ method: 'GET', path: collectionPath(KINDS.pods, namespace) })) as {
    items: RawObject[];
  };
  for (const { metadata, status: now } of list.items) {
    if (metadata.deletionTimestamp === undefined) continue;
    if (metadata.labels?.[LABELS.traced] === 'true' && now?.['phase'] === 'Running') {
      const finishedAt = new Date().toISOString();
      const stopped = [status('app', { terminated: { ...terminated, finishedAt } })];
      await pods.mergePatch(
        namespace,
        metadata.name,
        { status: { containerStatuses: stopped, phase: 'Succeeded' } },
        'status',
      );
    }
    await pods.remove(namespace, metadata.name, { graceSeconds: 0, uid: metadata.uid });
  }
}
