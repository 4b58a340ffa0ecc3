/** Whether a namespace's policy lets its pods run without a seccomp filter. Pure. */
import type { GateMedium } from '../admission/medium.ts';
import { ENFORCE_LABEL } from '../admission/medium.ts';

/**
 * Pod Security's `baseline` forbids `Unconfined`, `restricted` asks for a profile; only `privileged` allows to have none
 * (https://kubernetes.io/docs/concepts/security/pod-security-standards/). What namespaces without the label allow is known from
 * dry runs: where they may mount host paths, the cluster's default is `privileged`.
 * @param labels undefined when the namespace isn't known (yet)
 */
export function mayBeUnconfined(
  labels: Readonly<Record<string, string>> | undefined,
  clusterDefault: GateMedium,
): boolean {
  if (labels === undefined) return false;
  const enforced = labels[ENFORCE_LABEL];
  return enforced === undefined ? clusterDefault === 'hostPath' : enforced === 'privileged';
}
