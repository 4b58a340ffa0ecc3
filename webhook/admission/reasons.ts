/**
 * Why admission leaves a pod without a gate. One table for the metric label, the log field, the audit annotation and the
 * words the CLI prints.
 */
export const SKIP_REASONS = {
  'not-a-pod-creation': 'the request does not create a pod',
  malformed: 'the request carries no pod that could be read',
  'not-requested': 'neither the pod nor its namespace asks for a trace',
  'opted-out': 'the pod carries flak.dev/trace=false',
  'already-traced': 'the pod carries a gate that was put in moments ago',
  'own-namespace': 'the namespace belongs to Flak or to Kubernetes itself',
  'mirror-pod': 'the pod stands for a static pod, which the kubelet runs whatever the API server stores',
  'reserved-name': 'a container or a mount of the pod uses a name that Flak reserves for its gate',
  windows: 'the pod is meant for Windows nodes',
  'virtual-node': 'the pod is meant for a virtual or serverless node, where no tracer can run',
  'unsupported-runtime-class': 'the runtime class runs the pod under a kernel of its own, where no tracer can look',
  'job-pod-failure-policy':
    'the Job has a podFailurePolicy, which could take a killed gate for a failure of the program; flak.dev/allow-pod-failure-policy=true allows it',
  'namespace-terminating': 'the namespace is being deleted',
  uninstalling: 'Flak is being removed',
  'no-controller': 'no controller of Flak is alive to start a tracer',
  'gate-image-unavailable': "the gate's image could not be pulled lately",
} as const;
export type SkipReason = keyof typeof SKIP_REASONS;
