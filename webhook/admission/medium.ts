/** How the gate is told to open: by a file on the node, or by an annotation that the kubelet writes into a volume. */
import { LABELS } from '../names.ts';
import type { PodSpec } from './pod.ts';

export const GATE_MEDIA = ['hostPath', 'annotation'] as const;
export type GateMedium = (typeof GATE_MEDIA)[number];

/** https://kubernetes.io/docs/concepts/security/pod-security-admission/ */
export const ENFORCE_LABEL = 'pod-security.kubernetes.io/enforce';

/**
 * @param namespaceLabels undefined when the namespace isn't known (yet): then only the medium that every policy allows is safe.
 * @param clusterDefault what a namespace without Pod Security labels allows, found by a dry-run create.
 */
export function chooseMedium(
  spec: PodSpec,
  namespaceLabels: Readonly<Record<string, string>> | undefined,
  clusterDefault: GateMedium,
): GateMedium {
  if (namespaceLabels === undefined || !fileIsReadable(spec)) return 'annotation';
  const enforced = namespaceLabels[ENFORCE_LABEL];
  // Only `privileged` allows hostPath volumes; a value that Pod Security doesn't know counts as `restricted` there.
  if (enforced !== undefined && enforced !== 'privileged') return 'annotation';
  const asked = namespaceLabels[LABELS.gateMedium];
  if (asked === 'annotation' || asked === 'hostPath') return asked;
  return enforced === 'privileged' ? 'hostPath' : clusterDefault;
}

/** A pod's own SELinux label may not read /run/flak; a user namespace needs idmapped mounts, which not every kernel's tmpfs has. */
function fileIsReadable(spec: PodSpec): boolean {
  return spec.hostUsers !== false && !spec.securityContext?.seLinuxOptions;
}
