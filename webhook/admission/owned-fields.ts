/** Which fields of a pod belong to Flak. */
import { API_GROUP, GATE, USER_ANNOTATIONS } from '../names.ts';

const USERS: readonly string[] = Object.values(USER_ANNOTATIONS);

/** An annotation of ours that no user may set: on a new pod it is forged, or copied from another pod's manifest. */
export function isForeignAnnotation(key: string): boolean {
  return key.startsWith(`${API_GROUP}/`) && !USERS.includes(key);
}

export function isGateVolume({ name }: { readonly name: string }): boolean {
  return name === GATE.openingVolume || name === GATE.signalVolume;
}

/**
 * Cluster autoscaler and Karpenter take a hostPath volume for local storage that forbids to drain the node, unless this
 * annotation lists the volume (cluster-autoscaler FAQ, "What types of Pods can prevent CA from removing a node?").
 */
export const EVICTABLE_VOLUMES = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';

/** The annotation's list with or without the gate's volume; empty when nothing is left to list. */
export function listEvictable(current: string | undefined, withGate: boolean): string {
  const others = (current ?? '').split(',').filter((name) => name !== '' && name !== GATE.openingVolume);
  return [...others, ...(withGate ? [GATE.openingVolume] : [])].join(',');
}
