/** The waits of the controller that no configuration changes, in milliseconds, with their reasons. */
export const WAITS = {
  /** A pod that waits for Flak longer than this is told why by an Event. */
  tellMs: 3000,
  /** So long the Trace's status may lag behind what matters to nobody's next step. */
  statusMs: 3000,
  /** Failing pulls of the gate's image are borne so long: the kubelet's second attempt comes after 10 s. */
  gatePullMs: 15_000,
  /** So long a gate image that can't be pulled is news to admission: some attempts to say it, but never a resync (5 min). */
  avoidNewsMs: 60_000,
  /** So long after the leader has told them every replica knows it: their watches take some tens of ms. */
  replicasKnowMs: 1000,
  /** A pod whose gate's image can't be pulled is evicted so long after that is clear, whatever replicas know. */
  evictMs: 5000,
  /** A tracer whose container can't be created at all (not a pull) gets this long: mounts and sandboxes may need a second try. */
  tracerCreateMs: 20_000,
  /** A tracer told to leave (uninstall, withdrawn labels) sends what it has and exits; then we go on without it. */
  leaveMs: 8000,
  /** A kubelet that doesn't stop a deleted pod is waited for as long as Kubernetes bears an unreachable node (tolerationSeconds 300). */
  silentKubeletMs: 300_000,
  /** A profile that can't be stored is given up so long after the flush deadline. */
  storeMs: 60_000,
  /** A terminating tracer on a silent node is removed without its kubelet so long after its own grace period. */
  forceTracerMs: 30_000,
  /** Looked at again while a fail-closed or late target waits for a free place on its node. */
  cappedMs: 5000,
  /** Looked at again while the API server can't say anything about the node. */
  nodeMs: 2000,
} as const;

/**
 * Times that the API server refuses a tracer before a waiting gate is released, 3 s after the first. While an upgrade is
 * being applied the PodTemplate is a moment ahead of the policy, and API servers look at changed policies once a second.
 */
export const TRACER_REFUSALS = 3;
/** Tracer pods that failed before a waiting gate is released. */
export const TRACER_ATTEMPTS = 3;
/** Restarts of one tracer pod's container before a waiting gate is released: its kubelet backs off 10, 20 s between them. */
export const TRACER_RESTARTS = 3;

const BACKOFF = { firstMs: 1000, lastMs: 60_000 };

/** @param made tracer pods made so far. The first comes at once, then the pause doubles up to a minute. */
export function tracerBackoffMs(made: number): number {
  return made === 0 ? 0 : Math.min(BACKOFF.lastMs, BACKOFF.firstMs * 2 ** Math.min(made - 1, 10));
}
