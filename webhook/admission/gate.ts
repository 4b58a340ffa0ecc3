/** What admission puts into a pod: the gate's container and its volumes. */
import { GATE } from '../names.ts';
import type { GateMedium } from './medium.ts';
import type { Container, PodSpec, Quantities, Volume } from './pod.ts';

/** Everything about one pod's gate that was decided. */
export interface GatePlan {
  readonly image: string;
  readonly medium: GateMedium;
  readonly timeoutSeconds: number;
  readonly failClosed: boolean;
}

/** Path of the binary in the gate's image (init-image/Dockerfile). */
const GATE_COMMAND = '/gate';

/** Extended resources are left out: a device is not the gate's to take. */
const COPIED_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;

/**
 * The container, for `initContainers[0]`. Its security context stands at container level, so that none of the pod's own
 * settings (runAsUser 0, a Localhost profile) reaches it; it satisfies Pod Security's *restricted*.
 */
export function gateContainer(plan: GatePlan, spec: PodSpec): Container {
  return {
    name: GATE.container,
    image: plan.image,
    imagePullPolicy: 'IfNotPresent',
    command: [GATE_COMMAND],
    args: gateArguments(plan),
    ...(plan.medium === 'hostPath' ? { env: [POD_UID] } : {}),
    resources: copyResources(spec.containers[0]),
    volumeMounts: gateMounts(plan.medium),
    // A fail-closed gate's last line becomes the message in the pod's status.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: securityContext(spec),
  };
}

export function gateVolumes(medium: GateMedium): Volume[] {
  const field = "metadata.annotations['flak.dev/gate']";
  const signal = {
    name: GATE.signalVolume,
    downwardAPI: { items: [{ path: GATE.signalFile, fieldRef: { apiVersion: 'v1', fieldPath: field } }] },
  };
  const opening = { name: GATE.openingVolume, hostPath: { path: GATE.openingHostPath, type: 'DirectoryOrCreate' } };
  return medium === 'hostPath' ? [signal, opening] : [signal];
}

const POD_UID = { name: 'POD_UID', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.uid' } } };

function gateArguments({ medium, timeoutSeconds, failClosed }: GatePlan): string[] {
  return [
    ...(medium === 'hostPath' ? [`--opening=${GATE.openingMountPath}/${GATE.openingFile}`] : []),
    `--signal=${GATE.signalMountPath}/${GATE.signalFile}`,
    `--timeout=${timeoutSeconds}`,
    ...(failClosed ? ['--fail-closed'] : []),
  ];
}

/** By the pod's own UID, which the kubelet expands: a copied or guessed one leads nowhere. */
function gateMounts(medium: GateMedium): { name: string }[] {
  const signal = { name: GATE.signalVolume, mountPath: GATE.signalMountPath, readOnly: true };
  const opening = {
    name: GATE.openingVolume,
    mountPath: GATE.openingMountPath,
    subPathExpr: '$(POD_UID)',
    readOnly: true,
  };
  return medium === 'hostPath' ? [signal, opening] : [signal];
}

/**
 * Those of the first app container: free, as init and app containers don't add up, and no LimitRange, quota or QoS class
 * sees a difference.
 */
function copyResources(container: Container | undefined): { requests?: Quantities; limits?: Quantities } {
  const requests = pickQuantities(container?.resources?.requests);
  const limits = pickQuantities(container?.resources?.limits);
  return { ...(requests && { requests }), ...(limits && { limits }) };
}

function pickQuantities(quantities: Quantities | null | undefined): Quantities | undefined {
  const picked = COPIED_RESOURCES.flatMap((name) => {
    const quantity = quantities?.[name];
    return quantity === undefined ? [] : [[name, quantity] as const];
  });
  return picked.length > 0 ? Object.fromEntries(picked) : undefined;
}

function securityContext(spec: PodSpec): Record<string, unknown> {
  return {
    runAsUser: GATE.userId,
    runAsGroup: GATE.userId,
    runAsNonRoot: true,
    privileged: false,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
    // A profile written for the target may forbid what the gate does. Set only then: the kubelet rejects pods that name
    // any AppArmor profile on a node without AppArmor (pkg/security/apparmor/validate.go).
    ...(spec.securityContext?.appArmorProfile?.type === 'Localhost'
      ? { appArmorProfile: { type: 'RuntimeDefault' } }
      : {}),
  };
}
