/** What is removed, in which order. */
import { PROBE_NAMESPACE } from '../../webhook/names.ts';
import type { ResourceKind } from '../../webhook/kube/resource.ts';

/** Everything that the manifests make carries it; whatever lives in Flak's two namespaces goes with them. */
export const OWN_SELECTOR = 'app.kubernetes.io/part-of=flak';

const ADMISSION = 'admissionregistration.k8s.io/v1';
const RBAC = 'rbac.authorization.k8s.io/v1';

export interface Step {
  readonly kind: ResourceKind;
  /** Only this object of the kind. */
  readonly name?: string;
  /** After trying this long the next steps come first; one of them removes the object as well. */
  readonly patienceMs?: number;
}

/** The API server holds a DELETE for 30 s at most (timeoutSeconds of validating-webhook-configuration.yaml); a request of ours lasts 20 s. */
const HELD_PATIENCE_MS = 45_000;

/**
 * 1. The mutating webhook: no new pod gets a gate.
 * 2. `flak-probe`, which nothing needs: deleting it is what Flak's validating webhook holds until every finalizer and
 *    gate is released and every tracer has left (docs/architecture.md, "Fail safely").
 * 3. The validating webhook, whose server is about to go.
 * 4. The CRDs, with every Trace and SyscallProfile; then the control plane with its namespace; then its rights before the policies that
 *    narrow them.
 */
export const STEPS: readonly Step[] = [
  { kind: { apiVersion: ADMISSION, plural: 'mutatingwebhookconfigurations' } },
  { kind: { apiVersion: 'v1', plural: 'namespaces' }, name: PROBE_NAMESPACE, patienceMs: HELD_PATIENCE_MS },
  { kind: { apiVersion: ADMISSION, plural: 'validatingwebhookconfigurations' } },
  { kind: { apiVersion: 'apiextensions.k8s.io/v1', plural: 'customresourcedefinitions' } },
  { kind: { apiVersion: 'v1', plural: 'namespaces' } },
  { kind: { apiVersion: RBAC, plural: 'clusterrolebindings' } },
  { kind: { apiVersion: RBAC, plural: 'clusterroles' } },
  { kind: { apiVersion: ADMISSION, plural: 'validatingadmissionpolicybindings' } },
  { kind: { apiVersion: ADMISSION, plural: 'validatingadmissionpolicies' } },
  { kind: { apiVersion: 'scheduling.k8s.io/v1', plural: 'priorityclasses' } },
];

/** The step after which nothing of Flak's may hold a pod any more. */
export const HELD_STEP = STEPS[1];

/** The label alone could be on someone else's object: Flak's are all named for it. */
export function isOwnName(name: string): boolean {
  return name === 'flak' || name.startsWith('flak-') || name.endsWith('.flak.dev');
}
