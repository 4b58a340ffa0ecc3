/** What a container runtime says of a container, in the OCI config it wrote for it (annotations). Pure. */
import { z } from 'zod';

export interface RuntimeRecord {
  /** The container's name in the pod's spec; null for the sandbox, which has none. */
  readonly name: string | null;
  readonly kind: 'container' | 'sandbox';
}

const configSchema = z.object({ annotations: z.record(z.string(), z.string()).default({}) });

/** Keys of containerd's CRI plugin (pkg/cri/annotations) and of CRI-O (pkg/annotations); both say `sandbox` or `container`. */
const TYPE_KEYS = ['io.kubernetes.cri.container-type', 'io.kubernetes.cri-o.ContainerType'] as const;
const NAME_KEYS = ['io.kubernetes.cri.container-name', 'io.kubernetes.container.name'] as const;

/** @returns undefined where the text is no OCI config of a pod's container */
export function parseRuntimeRecord(configJson: string): RuntimeRecord | undefined {
  const annotations = annotationsOf(configJson);
  const first = (keys: readonly string[]): string | undefined =>
    keys.map((key) => annotations[key]).find((value) => value !== undefined);
  const type = first(TYPE_KEYS);
  if (type === 'sandbox') return { name: null, kind: 'sandbox' };
  const name = first(NAME_KEYS);
  if (type !== 'container' || name === undefined || !isContainerName(name)) return undefined;
  return { name, kind: 'container' };
}

/** A DNS label, as Kubernetes demands of container names. */
export function isContainerName(name: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
}

/**
 * The container's name out of `<pod>_<namespace>_<container>-<id>.log`, the kubelet's link in /var/log/containers
 * (k8s.io/kubernetes/pkg/kubelet/kuberuntime/legacy.go, which cuts the part before the ID at 251 bytes).
 * @returns undefined for another pod's link or one that was cut
 */
export function nameInLogLink(link: string, pod: string, namespace: string, containerId: string): string | undefined {
  const start = `${pod}_${namespace}_`;
  const end = `-${containerId}.log`;
  if (!link.startsWith(start) || !link.endsWith(end)) return undefined;
  const name = link.slice(start.length, -end.length);
  return isContainerName(name) && link.length < 255 ? name : undefined;
}

function annotationsOf(configJson: string): Readonly<Record<string, string>> {
  try {
    return configSchema.safeParse(JSON.parse(configJson)).data?.annotations ?? {};
  } catch {
    // Half-written or not JSON: read again later.
    return {};
  }
}
