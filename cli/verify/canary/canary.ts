/** The canary: one pod made from the workload's template, in which each verified container names the profile that is placed. Pure. */
import type { ReplayRequest } from '../../../profile/placement.ts';
import { PLACED_FOLDER, placedFile } from '../../../profile/placement.ts';
import { API_GROUP, GATE, LABELS, USER_ANNOTATIONS } from '../../../webhook/names.ts';
import type { Subject } from './subject.ts';
import type { PodTemplate, TemplateContainer, TemplateVolume } from './template.ts';

/** On every canary: by it those that a killed command left are found. */
export const CANARY_LABEL = `${API_GROUP}/canary`;

export interface CanaryOrder {
  readonly subject: Subject;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly request: ReplayRequest;
  /** It ends then by itself, whatever becomes of the command. */
  readonly deadlineSeconds: number;
  readonly gateSeconds: number;
}

/** Set by the API server and the scheduler in a pod that is copied; they do so again. */
const NOT_COPIED = ['nodeName', 'ephemeralContainers', 'priority', 'preemptionPolicy', 'schedulingGates'] as const;

const FLAKS_VOLUMES: readonly string[] = [GATE.openingVolume, GATE.signalVolume];
/** The ServiceAccount admission plugin's volumes (k8s.io/kubernetes/plugin/pkg/admission/serviceaccount). */
const TOKEN_VOLUME = /^kube-api-access-[a-z0-9]{5}$/;

export function canaryPod(order: CanaryOrder): object {
  const { subject, namespace, name, labels, deadlineSeconds } = order;
  const spec: Record<string, unknown> = { ...subject.template.spec };
  for (const field of NOT_COPIED) Reflect.deleteProperty(spec, field);
  const { containers, initContainers = [] } = subject.template.spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { ...withoutFlaks(labels), [LABELS.trace]: 'true', [CANARY_LABEL]: 'true' },
      annotations: annotationsOf(order),
    },
    spec: {
      ...spec,
      restartPolicy: 'Never',
      activeDeadlineSeconds: deadlineSeconds,
      containers: containers.map((container) => copyOf(container, order)),
      initContainers: initContainers
        .filter((container) => container.name !== GATE.container)
        .map((container) => copyOf(container, order)),
      volumes: volumesOf(subject),
    },
  };
}

function annotationsOf({ subject, request, gateSeconds }: CanaryOrder): Record<string, string> {
  return {
    ...withoutFlaks(subject.template.metadata?.annotations ?? {}),
    [USER_ANNOTATIONS.verify]: JSON.stringify(request),
    // What runs without being recorded proves nothing.
    [USER_ANNOTATIONS.failClosed]: 'true',
    [USER_ANNOTATIONS.gateTimeoutSeconds]: String(gateSeconds),
    [USER_ANNOTATIONS.falco]: 'off',
    [USER_ANNOTATIONS.files]: 'off',
  };
}

function withoutFlaks(map: Readonly<Record<string, string>>): Record<string, string> {
  const others = Object.entries(map).filter(
    ([key]) => !key.startsWith(`${API_GROUP}/`) && key !== 'kubectl.kubernetes.io/last-applied-configuration',
  );
  return Object.fromEntries(others);
}

function copyOf(container: TemplateContainer, { namespace, request }: CanaryOrder): TemplateContainer {
  const { run, containers } = request;
  const copy = { ...container };
  // A port of the node's own is taken by the workload.
  if (container.ports) copy.ports = container.ports.map((port) => ({ ...port, hostPort: undefined }));
  if (container.volumeMounts) copy.volumeMounts = container.volumeMounts.filter(({ name }) => !TOKEN_VOLUME.test(name));
  if (containers[container.name] === undefined) return copy;
  const localhostProfile = `${PLACED_FOLDER}/${placedFile(namespace, run, container.name)}`;
  return {
    ...copy,
    securityContext: { ...container.securityContext, seccompProfile: { type: 'Localhost', localhostProfile } },
  };
}

/** Claims are the workload's: two pods at once in one would be a test of something else, where it can be mounted twice at all. */
function volumesOf({ template, claimTemplates }: Subject): TemplateVolume[] {
  const own = (template.spec.volumes ?? []).filter(
    ({ name }) => !FLAKS_VOLUMES.includes(name) && !TOKEN_VOLUME.test(name) && !claimTemplates.includes(name),
  );
  return [
    ...own.map((volume) => (volume.persistentVolumeClaim ? { name: volume.name, emptyDir: {} } : volume)),
    ...claimTemplates.map((name) => ({ name, emptyDir: {} })),
  ];
}

/** Names of the volumes that are empty folders in the canary and claims in the workload. */
export function claimsOf({ template, claimTemplates }: Subject): string[] {
  const claimed = (template.spec.volumes ?? []).filter(
    ({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined,
  );
  return [...new Set([...claimed.map(({ name }) => name), ...claimTemplates])];
}

/** Why this container can't be verified; null where it can. */
export function obstacleIn(container: TemplateContainer, claims: readonly string[]): string | null {
  if (container.securityContext?.privileged === true) return 'it is privileged: runtimes load no filter into it';
  const device = container.volumeDevices?.find(({ name }) => claims.includes(name));
  return device === undefined
    ? null
    : `its block device ${device.name} is the workload's own, and nothing can stand in for it`;
}

/** All containers of the template, the gate apart. */
export function containersOf({ spec }: PodTemplate): TemplateContainer[] {
  return [...(spec.initContainers ?? []), ...spec.containers].filter(({ name }) => name !== GATE.container);
}

/** What filters the container now. Where nothing is said a kubelet may have a default: a profile that met a filter tells. */
export function presentFilter(
  { spec }: PodTemplate,
  container: TemplateContainer,
  wasMasked: boolean,
): ReplayRequest['containers'][string]['present'] {
  const type = (container.securityContext?.seccompProfile ?? spec.securityContext?.seccompProfile)?.type;
  if (type === undefined) return wasMasked ? 'default' : 'unconfined';
  return type === 'Unconfined' ? 'unconfined' : 'default';
}

/** Host names have 63 characters at most; no label ends in `-`. */
export function canaryName(workload: string, run: string, mode: ReplayRequest['mode']): string {
  const end = `-verify-${run.slice(0, 6)}-${mode}`;
  return `${workload
    .replaceAll('.', '-')
    .slice(0, 63 - end.length)
    .replace(/-+$/, '')}${end}`;
}
