/** Who sends a request to the store of lines: a tracer, or somebody who may read. Pure but for what it is given. */
import { FILES, FLAK_NAMESPACE } from '../names.ts';
import { identify, type Identity, type TokenVerdict } from '../store/authenticate.ts';

export type FilesIdentity = Identity | { readonly kind: 'reader' };

const READER = `system:serviceaccount:${FLAK_NAMESPACE}:${FILES.readerServiceAccount}`;

/** Who may ask for a reader's token is a matter of the cluster's roles; the token says no more than that. */
export function identifyForFiles(verdict: TokenVerdict): FilesIdentity {
  if (verdict.kind === 'authenticated' && verdict.user === READER) return { kind: 'reader' };
  return identify(verdict);
}
