/** The decision: does this pod get a gate, and which; else for what reason not. */
import { ALIAS_ANNOTATION, GATE, LABELS, PROBE_NAMESPACE, UNTRACED_NAMESPACES, USER_ANNOTATIONS } from '../names.ts';
import { carriesGate } from './carries-gate.ts';
import type { GatePlan } from './gate.ts';
import { chooseMedium, type GateMedium } from './medium.ts';
import { readWishes } from '../wishes.ts';
import { controllerOf, type Pod, type PodSpec } from './pod.ts';
import type { SkipReason } from './reasons.ts';
import { findUnsupportedPlacement, type RuntimeClassFacts } from './unsupported.ts';

export interface NamespaceFacts {
  readonly labels: Readonly<Record<string, string>>;
  readonly terminating: boolean;
}

export interface AdmissionFacts {
  readonly pod: Pod;
  readonly namespace: string;
  /** undefined when no cache knows the namespace (yet). */
  readonly namespaceFacts: NamespaceFacts | undefined;
  readonly runtimeClass: RuntimeClassFacts | undefined;
  /** Whether the Job that controls the pod has a podFailurePolicy; false for a pod without a Job. */
  readonly podFailurePolicy: boolean | 'unknown';
  /** The pod's trace-id was issued for it moments ago. */
  readonly traceIdValid: boolean;
  readonly controllerAlive: boolean;
  readonly gateImageAvailable: boolean;
  readonly uninstalling: boolean;
}

/** From the configuration. */
export interface GateSettings {
  /** By digest or tag, as the kubelet pulls it. */
  readonly gateImage: string;
  readonly gateTimeoutSeconds: number;
  /** What namespaces without Pod Security labels allow, found by a dry-run create. */
  readonly defaultMedium: GateMedium;
}

export type Decision =
  | { readonly kind: 'trace'; readonly gate: GatePlan; readonly warnings: readonly string[] }
  | { readonly kind: 'skip'; readonly reason: SkipReason };

/** Set by the kubelet on the pods it announces; pkg/kubelet/types/pod_update.go. */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** A gate that waits longer than this would be taken for a hanging pod. Also in names.ts, where users read it. */
const MAX_TIMEOUT_SECONDS = 600;

export function decide(facts: AdmissionFacts, settings: GateSettings): Decision {
  const reason = findSkipReason(facts);
  if (reason !== undefined) return { kind: 'skip', reason };
  const { gate, warnings } = planGate(facts, settings);
  if (facts.traceIdValid && carriesGate(facts.pod, gate)) return { kind: 'skip', reason: 'already-traced' };
  return { kind: 'trace', gate, warnings };
}

/** First what the pod is, then what its owner asked for, then what it would need, then what Flak can do just now. */
function findSkipReason(facts: AdmissionFacts): SkipReason | undefined {
  const { pod, namespace } = facts;
  if (UNTRACED_NAMESPACES.includes(namespace)) return 'own-namespace';
  if (pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return 'mirror-pod';
  const request = readRequest(pod, facts.namespaceFacts?.labels);
  if (request !== 'requested') return request;
  if (usesReservedName(pod.spec)) return 'reserved-name';
  return (
    findUnsupportedPlacement(pod.spec, facts.runtimeClass) ??
    (isSensitiveJob(facts) ? 'job-pod-failure-policy' : undefined) ??
    findPresentObstacle(facts)
  );
}

/** The pod's own word counts before its namespace's; the label before its older alias. */
function readRequest(
  { metadata }: Pod,
  namespaceLabels: Readonly<Record<string, string>> | undefined,
): 'requested' | 'opted-out' | 'not-requested' {
  const words = [metadata.labels?.[LABELS.trace], metadata.annotations?.[ALIAS_ANNOTATION]];
  const own = words.find((word) => word === 'true' || word === 'false');
  if (own === 'false') return 'opted-out';
  return own === 'true' || namespaceLabels?.[LABELS.trace] === 'true' ? 'requested' : 'not-requested';
}

/** An app container named like the gate couldn't stand beside it; one that mounts the gate's volumes could open gates. */
function usesReservedName({ containers, initContainers }: PodSpec): boolean {
  const volumes: readonly string[] = [GATE.openingVolume, GATE.signalVolume];
  const others = [...containers, ...(initContainers ?? []).filter(({ name }) => name !== GATE.container)];
  return others.some(
    ({ name, volumeMounts }) =>
      name === GATE.container || volumeMounts?.some((mount) => volumes.includes(mount.name)) === true,
  );
}

/** `unknown` is a Job that was created this moment: a gate that is killed is rare, a Job whose first pod is missed is not. */
function isSensitiveJob({ pod, podFailurePolicy }: AdmissionFacts): boolean {
  return podFailurePolicy === true && pod.metadata.annotations?.[USER_ANNOTATIONS.allowPodFailurePolicy] !== 'true';
}

function findPresentObstacle(facts: AdmissionFacts): SkipReason | undefined {
  if (facts.namespaceFacts?.terminating === true) return 'namespace-terminating';
  if (facts.uninstalling) return 'uninstalling';
  if (!facts.controllerAlive) return 'no-controller';
  // The probe's pods are dry runs that pull nothing: a replica can be ready to say that the image is missing.
  const canStart = facts.gateImageAvailable || facts.namespace === PROBE_NAMESPACE;
  return canStart ? undefined : 'gate-image-unavailable';
}

function planGate(
  { pod, namespaceFacts }: AdmissionFacts,
  settings: GateSettings,
): { gate: GatePlan; warnings: string[] } {
  const warnings: string[] = [];
  const gate = {
    image: settings.gateImage,
    medium: chooseMedium(pod.spec, namespaceFacts?.labels, settings.defaultMedium),
    timeoutSeconds: readTimeout(pod, warnings) ?? settings.gateTimeoutSeconds,
    failClosed: readFailClosed(pod, warnings),
  };
  return { gate, warnings: [...warnings, ...readWishes(pod.metadata.annotations).warnings] };
}

function readTimeout({ metadata }: Pod, warnings: string[]): number | undefined {
  const text = metadata.annotations?.[USER_ANNOTATIONS.gateTimeoutSeconds];
  if (text === undefined) return undefined;
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= MAX_TIMEOUT_SECONDS) return seconds;
  warnings.push(`${USER_ANNOTATIONS.gateTimeoutSeconds} is no number from 1 to ${MAX_TIMEOUT_SECONDS}; ignored`);
  return undefined;
}

function readFailClosed({ metadata }: Pod, warnings: string[]): boolean {
  const text = metadata.annotations?.[USER_ANNOTATIONS.failClosed];
  if (text !== undefined && text !== 'true' && text !== 'false')
    warnings.push(`${USER_ANNOTATIONS.failClosed} is neither "true" nor "false"; ignored`);
  return text === 'true';
}

/** The Job whose failure policy has to be asked for, if one controls the pod. */
export function jobOf(pod: Pod): string | undefined {
  const owner = controllerOf(pod);
  return owner?.kind === 'Job' && owner.apiVersion.startsWith('batch/') ? owner.name : undefined;
}
