/**
 * Why the controller opens a gate although nothing was armed. One table for the annotation `flak.dev/gate: release:<reason>`,
 * the Trace's reason, the metric label and the Event's text. Fail-closed targets are never released.
 */
export const RELEASE_REASONS = {
  capped: 'the node already runs as many tracers as it may',
  'tracer-image': "the tracer's image could not be pulled",
  'tracer-rejected': 'the tracer pod was refused by the API server or the kubelet',
  'tracer-failed': 'the tracer kept failing',
  'ledger-refused': 'the ledger could not be armed on this node',
  uninstalling: 'Flak is being removed',
  'unsupported-node': 'the node cannot be traced',
  withdrawn: 'the labels that asked for a trace were removed, or the pod opted out',
} as const;
export type ReleaseReason = keyof typeof RELEASE_REASONS;
