/**
 * Every name that Flak puts on, or reads from, Kubernetes objects. One place, so that admission, controller, store,
 * manifests (tests compare) and CLI can't drift apart.
 */
export const API_GROUP = 'flak.dev';
export const API_VERSION = 'v1alpha1';

/** The namespace Flak is installed into, and the one its readiness probe creates (dry-run) pods in. */
export const FLAK_NAMESPACE = 'flak-system';
export const PROBE_NAMESPACE = 'flak-probe';

/** Nothing is traced in these, late or from the start; the webhooks' namespace selectors leave them out too. */
export const UNTRACED_NAMESPACES: readonly string[] = [FLAK_NAMESPACE, 'kube-system', 'kube-node-lease'];

/** Qualified, as the API server demands of pod finalizers. Holds the pod object until its profile is stored. */
export const FINALIZER = 'flak.dev/profile';

export const LABELS = {
  /** Users: `"true"` on pod or namespace opts in, `"false"` on the pod opts out. */
  trace: 'flak.dev/trace',
  /** Admission: set to `"true"` on every pod it put a gate into. */
  traced: 'flak.dev/traced',
  /** Controller: on tracer pods and trace-state ConfigMaps, the target's UID. */
  targetUid: 'flak.dev/target-uid',
  /** Users, on a namespace: `hostPath` or `annotation`, where other policy engines forbid what Pod Security would allow. */
  gateMedium: 'flak.dev/gate-medium',
  component: 'app.kubernetes.io/component',
  partOf: 'app.kubernetes.io/part-of',
} as const;

/** FLAK's original opt-in, accepted as an alias of the label. */
export const ALIAS_ANNOTATION = 'k8s.io/flap';

/** Annotations with this prefix that a user may set on a pod; all others are removed or overwritten by admission. */
export const USER_ANNOTATIONS = {
  /** `"true"`: nothing but arming opens the gate. */
  failClosed: 'flak.dev/fail-closed',
  /** Seconds (1–600) until the gate opens untraced; default from the configuration. */
  gateTimeoutSeconds: 'flak.dev/gate-timeout-seconds',
  /** `"true"`: trace Job pods although their Job has a podFailurePolicy. */
  allowPodFailurePolicy: 'flak.dev/allow-pod-failure-policy',
  /** `flak verify`, on its canaries: JSON of which profiles are to be placed on the node (profile/placement.ts). */
  verify: 'flak.dev/verify',
  /** `off`, `optional`, `required`: whether Falco watches beside the ledger. Default: the configuration's. */
  falco: 'flak.dev/falco',
  /** `off`, `summary`, `lines`: what is kept of file accesses that Falco saw. Default: the configuration's. */
  files: 'flak.dev/files',
  /** Lines of threads of this name alone (exact, at most 15 bytes). */
  filesCommand: 'flak.dev/files-command',
  /** Bytes (16–4096) of a string in a line. */
  filesMaxString: 'flak.dev/files-max-string',
  /** `off`: the stored profile has no rules on argument values. */
  argumentRules: 'flak.dev/argument-rules',
} as const;

export const ANNOTATIONS = {
  /** Admission: `<id>.<issued, ms since epoch, base 36>.<HMAC, base64url>`. */
  traceId: 'flak.dev/trace-id',
  /** Controller: absent, `open`, or `release:<reason>`; the gate's container reads it through the downward API. */
  gate: 'flak.dev/gate',
  /** Controller, on tracer pods (row F4). */
  targetNamespace: 'flak.dev/target-ns',
  targetPod: 'flak.dev/target-pod',
  targetContainer: 'flak.dev/target-container',
  targetCommand: 'flak.dev/target-command',
  /** Controller, on tracer pods: JSON of the target's facts (workload, containers, images), for when the pod is gone. */
  targetFacts: 'flak.dev/target-facts',
} as const;

export const GATE = {
  container: 'flak-gate',
  /** hostPath volume, mounted read-only by subPathExpr `$(POD_UID)` at `openingMountPath`. */
  openingVolume: 'flak-gate-opening',
  openingHostPath: '/run/flak/gates',
  openingMountPath: '/run/flak/gate',
  /** File below the pod's own directory; its existence opens the gate. */
  openingFile: 'open',
  /** Downward API volume with one file, `gate`, from the annotation `flak.dev/gate`. */
  signalVolume: 'flak-gate-signal',
  /** Where a ServiceAccount token would be mounted: a mount here keeps the token away from the gate. */
  signalMountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
  signalFile: 'gate',
  userId: 65532,
} as const;

/** Objects of Flak's own namespace. */
export const OBJECTS = {
  service: 'flak',
  startingService: 'flak-starting',
  certificateSecret: 'flak-certificates',
  /** ConfigMap for the tracers: `ca.crt`, `address` (the Service's ClusterIP), `port`. */
  endpointConfigMap: 'flak-endpoint',
  /** The same of the optional flak-files, where lines of file accesses are stored; only that writes it. */
  filesEndpointConfigMap: 'flak-files-endpoint',
  lease: 'flak-controller',
  webhookConfiguration: 'flak',
  uninstallConfiguration: 'flak-uninstall',
  tracerServiceAccount: 'flak-tracer',
  controlPlaneServiceAccount: 'flak-webhook',
  deployment: 'flak-webhook',
  priorityClass: 'flak-tracer',
  /** PodTemplate whose containers `gate` and `tracer` name the images. */
  imagesTemplate: 'flak-images',
} as const;

/** On the Lease, which every replica watches. */
export const LEASE_ANNOTATIONS = {
  /** `<uid of Flak's Deployment>@<ISO 8601>`: Flak is being removed. */
  uninstalling: 'flak.dev/uninstalling',
  /** `<image>@<ISO 8601>`: the gate image that could not be pulled. */
  avoidedGateImage: 'flak.dev/avoided-gate-image',
} as const;

/** On a SyscallProfile in Flak's namespace: the namespace that it was recorded in, which is no more. */
export const ARCHIVED_FROM_LABEL = 'flak.dev/archived-from';

/** Audience of the tracers' projected tokens. */
export const TOKEN_AUDIENCE = 'flak';

/** Server name in the control plane's certificate that tracers ask for (they connect to the ClusterIP, no DNS). */
export const SERVER_NAME = `${OBJECTS.service}.${FLAK_NAMESPACE}.svc`;

/** The optional store of file-access lines (manifests/overlays/files): its Service, Deployment, claim and account share a name. */
export const FILES = {
  name: 'flak-files',
  /** Whoever may ask for a token of it may read lines. It has no rights of its own. */
  readerServiceAccount: 'flak-files-reader',
  /** Audience of tokens for it, tracers' and readers'; the control plane takes none of these. */
  audience: 'flak-files',
  /** In its certificate. */
  serverName: `flak-files.${FLAK_NAMESPACE}.svc`,
} as const;
