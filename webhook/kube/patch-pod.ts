/** The four changes that Flak's account may make to a target (manifests/base/admission-policy-pods.yaml). */
import { ANNOTATIONS, FINALIZER } from '../names.ts';
import { anyObjectSchema, readWith } from './read-object.ts';
import { KINDS } from './kinds.ts';
import { attempt } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { KubeRequest } from './request.ts';
import { objectPath } from './resource.ts';
import type { PatchOperation, Resource } from './resource.ts';

export interface PodRef {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface PodPatches {
  readonly addFinalizer: (pod: PodRef) => Promise<Outcome<unknown>>;
  /** `ok` also when it was not there any more; no other finalizer is ever touched. */
  readonly removeFinalizer: (pod: PodRef) => Promise<Outcome<unknown>>;
  /** @param signal `open` or `release:<reason>` */
  readonly signalGate: (pod: PodRef, signal: string) => Promise<Outcome<unknown>>;
  /** @param index place of the gate in `spec.initContainers`, tested by name. */
  readonly replaceGateImage: (
    pod: PodRef,
    gate: { index: number; name: string },
    image: string,
  ) => Promise<Outcome<unknown>>;
}

/** A pod of the same name is another pod. */
function testUid(pod: PodRef): PatchOperation {
  return { op: 'test', path: '/metadata/uid', value: pod.uid };
}

/** null: nothing to do any more. */
function removal(pod: PodRef, finalizers: readonly string[]): readonly PatchOperation[] | null {
  const index = finalizers.indexOf(FINALIZER);
  if (index < 0) return null;
  const path = `/metadata/finalizers/${index}`;
  return [testUid(pod), { op: 'test', path, value: FINALIZER }, { op: 'remove', path }];
}

async function removeFinalizer(pods: Resource, pod: PodRef): Promise<Outcome<unknown>> {
  const read = await pods.get(pod.namespace, pod.name);
  if (read.kind === 'not-found') return { kind: 'ok', value: null };
  if (read.kind !== 'ok') return read;
  const metadata = readWith(anyObjectSchema, read.value)?.metadata;
  if (metadata?.uid !== pod.uid) return { kind: 'ok', value: null };
  const operations = removal(pod, metadata.finalizers ?? []);
  if (operations === null) return { kind: 'ok', value: null };
  const patched = await pods.jsonPatch(pod.namespace, pod.name, operations);
  return patched.kind === 'not-found' ? { kind: 'ok', value: null } : patched;
}

/** Added by a patch of the whole list as it was read: two writers at once end in `conflict`, not in a lost finalizer. */
async function addFinalizer(pods: Resource, pod: PodRef): Promise<Outcome<unknown>> {
  const read = await pods.get(pod.namespace, pod.name);
  if (read.kind !== 'ok') return read;
  const metadata = readWith(anyObjectSchema, read.value)?.metadata;
  if (metadata?.uid !== pod.uid || metadata.deletionTimestamp != null) return { kind: 'not-found' };
  const finalizers = metadata.finalizers ?? [];
  if (finalizers.includes(FINALIZER)) return { kind: 'ok', value: null };
  return pods.mergePatch(pod.namespace, pod.name, {
    metadata: { uid: pod.uid, resourceVersion: metadata.resourceVersion, finalizers: [...finalizers, FINALIZER] },
  });
}

export function createPodPatches(pods: Resource): PodPatches {
  return {
    addFinalizer: (pod) => addFinalizer(pods, pod),
    removeFinalizer: (pod) => removeFinalizer(pods, pod),
    signalGate: (pod, signal) =>
      pods.mergePatch(pod.namespace, pod.name, {
        // A uid that isn't the object's is a conflict (k8s.io/apiserver/pkg/registry/rest/update.go).
        metadata: { uid: pod.uid, annotations: { [ANNOTATIONS.gate]: signal } },
      }),
    replaceGateImage: (pod, gate, image) => {
      const path = `/spec/initContainers/${gate.index}`;
      return pods.jsonPatch(pod.namespace, pod.name, [
        testUid(pod),
        { op: 'test', path: `${path}/name`, value: gate.name },
        { op: 'replace', path: `${path}/image`, value: image },
      ]);
    },
  };
}

/** Asks for the pod's eviction, which disruption budgets may put off (`try-later`). */
export function evictPod(request: KubeRequest, pod: PodRef): Promise<Outcome<unknown>> {
  const path = `${objectPath(KINDS.pods, pod.namespace, pod.name)}/eviction`;
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: pod.name, namespace: pod.namespace },
    deleteOptions: { preconditions: { uid: pod.uid } },
  };
  return attempt(() => request({ method: 'POST', path, body }));
}
