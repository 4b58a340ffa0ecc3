/** Where the Kubernetes client's errors become words of ours: outside `webhook/kube` nobody sees an ApiException. */
import { ApiException } from '@kubernetes/client-node';

/** What can be expected of a request to the API server. */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'already-exists' }
  /** The object changed since it was read (409 on update, a failed `test` operation): read again, decide again. */
  | { readonly kind: 'conflict' }
  /** The server can't now (429, 5xx, network): the same request may succeed later. */
  | { readonly kind: 'try-later'; readonly afterMs: number; readonly message: string }
  /** The server won't (400, 403, 422): asking again is no use. */
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };
export { ApiException };
