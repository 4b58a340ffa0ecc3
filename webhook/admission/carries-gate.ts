/** Recognises our own work in a pod, after the API server and other webhooks have had their hands on it. */
import { ANNOTATIONS, FINALIZER, GATE, LABELS } from '../names.ts';
import { gateContainer, gateVolumes, type GatePlan } from './gate.ts';
import { isForeignAnnotation } from './owned-fields.ts';
import type { Pod, Volume } from './pod.ts';

/**
 * True when the pod already is what a patch would make of it, save for the trace-id: the gate in front, its volumes, the finalizer, the label,
 * and no annotation that only Flak may set. Others may have added to the gate (defaults, environment, mounts), not changed it.
 */
export function carriesGate(pod: Pod, plan: GatePlan): boolean {
  const { metadata, spec } = pod;
  const init = spec.initContainers ?? [];
  return (
    init.filter(({ name }) => name === GATE.container).length === 1 &&
    contains(init[0], gateContainer(plan, spec)) &&
    carriesVolumes(spec.volumes ?? [], gateVolumes(plan.medium)) &&
    metadata.labels?.[LABELS.traced] === 'true' &&
    (metadata.finalizers ?? []).filter((name) => name === FINALIZER).length === 1 &&
    Object.keys(metadata.annotations ?? {}).every((key) => key === ANNOTATIONS.traceId || !isForeignAnnotation(key))
  );
}

function carriesVolumes(volumes: readonly Volume[], expected: readonly Volume[]): boolean {
  const ours = volumes.filter(({ name }) => name === GATE.openingVolume || name === GATE.signalVolume);
  return ours.length === expected.length && contains(ours, expected);
}

/** Every expected field is there; a list of objects may hold more in any order, a list of words must be the same. */
function contains(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) return Array.isArray(actual) && listContains(actual, expected);
  if (typeof expected !== 'object' || expected === null) return actual === expected;
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(expected).every(([key, value]) => contains((actual as Record<string, unknown>)[key], value));
}

function listContains(actual: readonly unknown[], expected: readonly unknown[]): boolean {
  if (expected.every((item) => typeof item === 'object'))
    return expected.every((item) => actual.some((candidate) => contains(candidate, item)));
  return actual.length === expected.length && expected.every((item, i) => item === actual[i]);
}
