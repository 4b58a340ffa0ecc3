/** The tracer pod of a target: privileged and hostPID on the target's node, in a namespace of Flak's own. */
import { ANNOTATIONS, FLAK_NAMESPACE, LABELS, OBJECTS } from '../names.ts';
import { execHashesOf } from './exec-hashes.ts';
import type { TargetFacts } from './facts.ts';
import { tracerName } from './object-names.ts';
import { TRACER_PATHS, tracerMounts, tracerVolumes } from './tracer-pod-volumes.ts';
import { probeEnvironment, probeOrderOf } from './tracer-probes.ts';
import type { ProbeSettings } from './tracer-probes.ts';
import type { GateMedium, TargetPod } from './target-pod.ts';

export interface TracerSettings {
  /** Kubernetes quantities. */
  readonly tracerCpuRequest: string;
  readonly tracerMemoryRequest: string;
  /** The ledger's maps are charged to it too. */
  readonly tracerMemoryLimit: string;
  readonly probes: ProbeSettings;
  readonly flushDeadlineMs: number;
  /** Of a pod that doesn't say. */
  readonly gateTimeoutMs: number;
}

export interface TracerOrder {
  readonly target: TargetPod & { readonly nodeName: string };
  readonly nodeUid: string;
  readonly image: string;
  readonly arming: 'before-gate' | 'late';
  readonly medium: GateMedium;
  readonly facts: TargetFacts;
}

/** Annotations of an object may hold 256 KiB together (k8s.io/apimachinery, TotalAnnotationSizeLimitB). */
const MAX_COMMAND = 16_384;

/** The target's own grace period, within which it may still call, and the time for the last report. */
function graceSecondsOf(order: TracerOrder, settings: TracerSettings): number {
  return order.target.graceSeconds + Math.ceil(settings.flushDeadlineMs / 1000);
}

function metadataOf({ target, nodeUid, facts }: TracerOrder): object {
  const first = target.containers.find(({ kind }) => kind === 'app');
  return {
    name: tracerName(target.name, target.uid),
    namespace: FLAK_NAMESPACE,
    labels: { [LABELS.component]: 'tracer', [LABELS.partOf]: 'flak', [LABELS.targetUid]: target.uid },
    annotations: {
      [ANNOTATIONS.targetNamespace]: target.namespace,
      [ANNOTATIONS.targetPod]: target.name,
      [ANNOTATIONS.targetContainer]: first?.name ?? '',
      [ANNOTATIONS.targetCommand]: JSON.stringify(first?.command ?? []).slice(0, MAX_COMMAND),
      [ANNOTATIONS.targetFacts]: JSON.stringify(facts),
      'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true',
    },
    // A controller, or `kubectl drain` refuses; the Node, since an owner in another namespace would get it collected.
    ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: target.nodeName, uid: nodeUid, controller: true }],
  };
}

function environmentOf(order: TracerOrder, settings: TracerSettings): object[] {
  const { target } = order;
  const values = {
    FLAK_TARGET_UID: target.uid,
    FLAK_TARGET_NAMESPACE: target.namespace,
    FLAK_TARGET_POD: target.name,
    FLAK_NODE_NAME: target.nodeName,
    FLAK_ARMING: order.arming,
    FLAK_GATE_MEDIUM: order.medium,
    FLAK_PLACES: String(target.verifies),
    FLAK_EXEC_HASHES: execHashesOf(target).hashes.join(),
    FLAK_GRACE_SECONDS: String(graceSecondsOf(order, settings)),
    FLAK_TOKEN_FILE: `${TRACER_PATHS.identity}/token`,
    FLAK_ENDPOINT_DIR: TRACER_PATHS.endpoint,
    ...probeEnvironment(target.wishes, settings.probes, target.gateTimeoutMs ?? settings.gateTimeoutMs),
  };
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function containerOf(order: TracerOrder, settings: TracerSettings): object {
  const { falco, files } = probeOrderOf(order.target.wishes, settings.probes);
  return {
    name: 'tracer',
    image: order.image,
    imagePullPolicy: 'IfNotPresent',
    env: environmentOf(order, settings),
    resources: {
      requests: { cpu: settings.tracerCpuRequest, memory: settings.tracerMemoryRequest },
      limits: { memory: falco === 'off' ? settings.tracerMemoryLimit : settings.probes.falcoMemoryLimit },
    },
    securityContext: { privileged: true, readOnlyRootFilesystem: true, runAsUser: 0, runAsGroup: 0 },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: tracerMounts(files === 'lines'),
  };
}

/**
 * The whole pod object. It listens on nothing, so it has neither probes nor ports; it is not scheduled but placed
 * (`nodeName`), and tolerates every taint, as its target may.
 */
export function tracerPod(order: TracerOrder, settings: TracerSettings): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadataOf(order),
    spec: {
      nodeName: order.target.nodeName,
      hostPID: true,
      // No address of the pod network for each tracer, and none is needed before CNI works.
      hostNetwork: true,
      dnsPolicy: 'Default',
      enableServiceLinks: false,
      restartPolicy: 'OnFailure',
      serviceAccountName: OBJECTS.tracerServiceAccount,
      automountServiceAccountToken: false,
      priorityClassName: OBJECTS.priorityClass,
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: graceSecondsOf(order, settings),
      containers: [containerOf(order, settings)],
      volumes: tracerVolumes(probeOrderOf(order.target.wishes, settings.probes).files === 'lines'),
    },
  };
}
