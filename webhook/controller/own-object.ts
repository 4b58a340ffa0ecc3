/** Whether what is being deleted is Flak's own: the same list as in manifests/base/validating-webhook-configuration.yaml. */
import { API_GROUP, FLAK_NAMESPACE, OBJECTS, PROBE_NAMESPACE } from '../names.ts';
import type { Outcome } from '../kube/outcome.ts';
import type { ResourceKind } from '../kube/resource.ts';

/** One object of Flak's, as the API server is asked for it. */
export interface OwnObject {
  readonly kind: ResourceKind;
  /** null for kinds of the cluster. */
  readonly namespace: string | null;
  readonly name: string;
}

const CRDS = ['traces', 'syscallprofiles'].map((plural) => `${plural}.${API_GROUP}`);
const RBAC = 'rbac.authorization.k8s.io/v1';

function own(apiVersion: string, plural: string, namespace: string | null, ...names: readonly string[]): OwnObject[] {
  return names.map((name) => ({ kind: { apiVersion, plural }, namespace, name }));
}

const { controlPlaneServiceAccount: ACCOUNT, tracerServiceAccount, deployment } = OBJECTS;

/** Deleting any one of these is uninstalling. The control plane may read them, by name, and no others of their kinds. */
export const OWN_OBJECTS: readonly OwnObject[] = [
  ...own('v1', 'namespaces', null, FLAK_NAMESPACE, PROBE_NAMESPACE),
  ...own('v1', 'serviceaccounts', FLAK_NAMESPACE, ACCOUNT, tracerServiceAccount),
  ...own('apps/v1', 'deployments', FLAK_NAMESPACE, deployment),
  ...own(RBAC, 'clusterroles', null, ACCOUNT),
  ...own(RBAC, 'clusterrolebindings', null, ACCOUNT),
  ...[FLAK_NAMESPACE, PROBE_NAMESPACE].flatMap((namespace) => [
    ...own(RBAC, 'roles', namespace, ACCOUNT),
    ...own(RBAC, 'rolebindings', namespace, ACCOUNT),
  ]),
  ...own('apiextensions.k8s.io/v1', 'customresourcedefinitions', null, ...CRDS),
];

/** What a review says is deleted. */
export interface Deleted {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly uid: string;
}

/** The object of Flak's that this would be; null where it is none. */
export function ownObject({ apiVersion, plural, namespace, name }: Deleted): OwnObject | null {
  const same = (own: OwnObject): boolean =>
    own.kind.apiVersion === apiVersion &&
    own.kind.plural === plural &&
    own.namespace === namespace &&
    own.name === name;
  return OWN_OBJECTS.find(same) ?? null;
}

/** `unknown`: the API server can't say now. */
export type Genuineness = 'genuine' | 'forged' | 'unknown';

/**
 * `/uninstall` answers whoever can reach it, and what it is told costs every trace under way: so a review counts only if it
 * knows the UID of an object that is there. Few may read those; the API server, which sends the whole object, does.
 *
 * @param found the UID of the object of that name, asked of the API server
 */
export function judgeReview(deleted: Deleted, found: Outcome<string>): Genuineness {
  if (found.kind === 'not-found') return 'forged';
  if (found.kind !== 'ok') return 'unknown';
  return found.value !== '' && found.value === deleted.uid ? 'genuine' : 'forged';
}
