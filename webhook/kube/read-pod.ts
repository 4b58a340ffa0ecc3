/** From a pod object to the target that the controller decides about. */
import { findUnsupportedPlacement } from '../admission/unsupported.ts';
import type { Gate, GateSignal, TargetContainer, TargetPod } from '../controller/target-pod.ts';
import { ANNOTATIONS, FINALIZER, GATE, LABELS, USER_ANNOTATIONS } from '../names.ts';
import { readWishes } from '../wishes.ts';
import { podSchema } from './pod-schema.ts';
import type { ContainerStatus, RawPod } from './pod-schema.ts';
import { readContainer, readState } from './read-container.ts';
import { readWith } from './read-object.ts';

/** The kubelet's mark on the API server's image of a static pod (k8s.io/api/core/v1, MirrorPodAnnotationKey). */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
const DEFAULT_GRACE_SECONDS = 30;

function byName(statuses: readonly ContainerStatus[] | null | undefined): ReadonlyMap<string, ContainerStatus> {
  return new Map((statuses ?? []).map((status) => [status.name, status]));
}

function containersOf({ spec, status }: RawPod): TargetContainer[] {
  const inits = byName(status?.initContainerStatuses);
  const apps = byName(status?.containerStatuses);
  const ephemerals = byName(status?.ephemeralContainerStatuses);
  return [
    ...(spec.initContainers ?? [])
      .filter(({ name }) => name !== GATE.container)
      .map((item) => readContainer(item.restartPolicy === 'Always' ? 'sidecar' : 'init', item, inits.get(item.name))),
    ...(spec.containers ?? []).map((item) => readContainer('app', item, apps.get(item.name))),
    ...(spec.ephemeralContainers ?? []).map((item) => readContainer('ephemeral', item, ephemerals.get(item.name))),
  ];
}

function gateOf({ spec, status }: RawPod): Gate | null {
  const index = (spec.initContainers ?? []).findIndex(({ name }) => name === GATE.container);
  const container = spec.initContainers?.[index];
  if (container === undefined) return null;
  const byFile = (spec.volumes ?? []).some(({ name }) => name === GATE.openingVolume);
  return {
    medium: byFile ? 'hostPath' : 'annotation',
    image: container.image,
    index,
    state: readState(byName(status?.initContainerStatuses).get(GATE.container)?.state),
  };
}

function signalOf(annotation: string | undefined): GateSignal {
  if (annotation === undefined) return { kind: 'none' };
  const [word, reason] = annotation.split(':', 2);
  if (word === 'release') return { kind: 'release', reason: reason ?? '' };
  return word === 'open' ? { kind: 'open' } : { kind: 'none' };
}

function optInOf(label: string | undefined): TargetPod['optIn'] {
  return label === 'true' || label === 'false' ? label : null;
}

/** null for what admission ignored too (admission/decide.ts): then the gate has the configuration's timeout. */
function timeoutOf(annotation: string | undefined): number | null {
  const seconds = /^\d{1,3}$/.test(annotation ?? '') ? Number(annotation) : 0;
  return seconds >= 1 && seconds <= 600 ? seconds * 1000 : null;
}

/** Labels, annotations and owner: what admission and the pod's makers wrote. */
function readMarks({ metadata }: RawPod) {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return {
    held: (metadata.finalizers ?? []).includes(FINALIZER),
    optIn: optInOf(metadata.labels[LABELS.trace]),
    traced: metadata.labels[LABELS.traced] === 'true',
    signal: signalOf(metadata.annotations[ANNOTATIONS.gate]),
    wishes: readWishes(metadata.annotations).wishes,
    verifies: metadata.annotations[USER_ANNOTATIONS.verify] !== undefined,
    failClosed: metadata.annotations[USER_ANNOTATIONS.failClosed] === 'true',
    gateTimeoutMs: timeoutOf(metadata.annotations[USER_ANNOTATIONS.gateTimeoutSeconds]),
    mirror: MIRROR_ANNOTATION in metadata.annotations,
    owner:
      owner === undefined ? null : { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid },
  };
}

function readTimes({ metadata, status }: RawPod) {
  const conditions = status?.conditions ?? [];
  const scheduled = conditions.find(({ type, status: is }) => type === 'PodScheduled' && is === 'True');
  const createdAtMs = metadata.creationTimestamp ?? 0;
  return {
    createdAtMs,
    deletionAtMs: metadata.deletionTimestamp ?? null,
    awaitsKubelet: (metadata.deletionGracePeriodSeconds ?? 0) > 0,
    scheduledAtMs: scheduled?.lastTransitionTime ?? null,
    lastTransitionAtMs: Math.max(createdAtMs, ...conditions.map(({ lastTransitionTime }) => lastTransitionTime ?? 0)),
  };
}

/** null where the object is no pod that can be understood. */
export function readPod(object: unknown): TargetPod | null {
  const pod = readWith(podSchema, object);
  if (pod === null) return null;
  const { metadata, spec, status } = pod;
  const nodeName = spec.nodeName ?? '';
  return {
    uid: metadata.uid,
    namespace: metadata.namespace,
    name: metadata.name,
    nodeName: nodeName === '' ? null : nodeName,
    phase: status?.phase ?? 'Pending',
    statusReason: status?.reason ?? null,
    graceSeconds: spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    gate: gateOf(pod),
    containers: containersOf(pod),
    unsupported: findUnsupportedPlacement(spec, undefined) ?? null,
    ...readMarks(pod),
    ...readTimes(pod),
  };
}
