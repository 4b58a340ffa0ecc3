/** Waiting for what Flak says of one pod: its Trace, its Events, the pod itself. */
import assert from 'node:assert/strict';
import type { TracePhase } from '../../webhook/controller/trace-status.ts';
import type { EventReason } from '../../webhook/controller/event-reasons.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import type { Kubectl } from './kubectl.ts';
import { type StoredTrace, tracesOf } from './stored-profiles.ts';

interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
  readonly state: {
    readonly running?: object;
    readonly terminated?: { readonly exitCode: number };
    readonly waiting?: { readonly reason: string };
  };
}

export interface ObservedPod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly volumes?: readonly { readonly name: string; readonly hostPath?: object }[];
    readonly initContainers?: readonly { readonly name: string; readonly image: string }[];
  };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** A pod, or undefined where there is none of that name. */
export async function findPod(kubectl: Kubectl, namespace: string, name: string): Promise<ObservedPod | undefined> {
  const text = await kubectl.run(['get', 'pod', name, '-n', namespace, '--ignore-not-found', '-o', 'json']);
  return text === '' ? undefined : (JSON.parse(text) as ObservedPod);
}

export async function podsOf(kubectl: Kubectl, namespace: string, selector: string): Promise<readonly ObservedPod[]> {
  return (await kubectl.json<{ items: ObservedPod[] }>(['get', 'pods', '-n', namespace, '-l', selector])).items;
}

/** Waits until the Trace of the named pod is in one of the phases. */
export async function waitForTrace(
  kubectl: Kubectl,
  namespace: string,
  pod: string,
  phases: readonly TracePhase[],
  limitMs = 180_000,
): Promise<StoredTrace & { readonly status: NonNullable<StoredTrace['status']> }> {
  let trace: StoredTrace | undefined;
  const isThere = async (): Promise<boolean> => {
    trace = (await tracesOf(kubectl, namespace)).find(({ spec }) => spec.podName === pod);
    return trace?.status !== undefined && phases.includes(trace.status.phase);
  };
  const explain = (): string => JSON.stringify(trace?.status ?? 'no Trace');
  await waitUntil(`the Trace of ${pod} in ${phases.join(' or ')}`, isThere, { limitMs, explain });
  assert.ok(trace?.status);
  return { ...trace, status: trace.status };
}

/** Waits for an Event of Flak's on a pod (gone or not) and gives its message. */
export async function waitForEvent(
  kubectl: Kubectl,
  namespace: string,
  pod: string,
  reason: EventReason,
): Promise<string> {
  let message: string | undefined;
  const selector = `involvedObject.kind=Pod,involvedObject.name=${pod},reason=${reason}`;
  const isThere = async (): Promise<boolean> => {
    const args = ['get', 'events', '-n', namespace, '--field-selector', selector];
    const { items } = await kubectl.json<{ items: { message: string }[] }>(args);
    message = items[0]?.message;
    return message !== undefined;
  };
  await waitUntil(`an Event ${reason} on ${pod}`, isThere, { limitMs: 90_000 });
  return message ?? '';
}
