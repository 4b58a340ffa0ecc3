/** Finds the store in the cluster, and gets a token that may read it: both by the rights of whoever runs the command. */
import { z } from 'zod';
import { createKubeApi } from '../../webhook/kube/client.ts';
import { KINDS } from '../../webhook/kube/kinds.ts';
import { attempt } from '../../webhook/kube/outcome.ts';
import { createForward } from '../../webhook/kube/port-forward.ts';
import { collectionPath, objectPath } from '../../webhook/kube/resource.ts';
import type { KubeRequest } from '../../webhook/kube/request.ts';
import { FILES, FLAK_NAMESPACE, LABELS, OBJECTS } from '../../webhook/names.ts';
import { explainFailure } from '../cluster.ts';
import type { ConnectionOptions, FindKubeconfig } from '../connection.ts';
import type { Result } from '../ending.ts';
import { environment, finding, ok } from '../ending.ts';
import { reasonOf } from '../write-whole.ts';
import { createFilesReader } from './ask-store.ts';
import type { FilesReader } from './files-reader.ts';

export type OpenFiles = (options: ConnectionOptions) => Promise<Result<FilesReader>>;

const PORT = 8443;
/** For as long as a download may take to begin. */
const TOKEN_SECONDS = 600;

export function openFilesBy(findKubeconfig: FindKubeconfig): OpenFiles {
  return async (options) => {
    const path = findKubeconfig(options);
    if (path.kind !== 'ok') return path;
    const { context } = options;
    const source = { kind: 'kubeconfig' as const, path: path.value, ...(context === undefined ? {} : { context }) };
    try {
      const { request } = createKubeApi(source);
      const ca = await readAuthority(request);
      if (ca.kind !== 'ok') return ca;
      const pod = await findPod(request);
      if (pod.kind !== 'ok') return pod;
      const token = await askToken(request);
      if (token.kind !== 'ok') return token;
      const forward = createForward(source);
      const dial = () => forward(FLAK_NAMESPACE, pod.value, PORT);
      return ok(createFilesReader({ dial, ca: ca.value, token: token.value }));
    } catch (thrown) {
      return environment(`the kubeconfig ${path.value} can't be used (${reasonOf(thrown)}).`);
    }
  };
}

const configMapSchema = z.object({ data: z.object({ 'ca.crt': z.string() }).optional() });

async function readAuthority(request: KubeRequest): Promise<Result<string>> {
  const path = objectPath(KINDS.configMaps, FLAK_NAMESPACE, OBJECTS.filesEndpointConfigMap);
  const found = await attempt(() => request({ method: 'GET', path }));
  if (found.kind === 'not-found')
    return finding('this cluster has no store of file-access lines; docs/files.md says how one is installed.');
  if (found.kind !== 'ok')
    return explainFailure(found, `read configmaps/${OBJECTS.filesEndpointConfigMap} in ${FLAK_NAMESPACE}`);
  const ca = configMapSchema.parse(found.value).data?.['ca.crt'];
  return ca === undefined ? finding('the store has not started yet; try again in some seconds.') : ok(ca);
}

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
    }),
  ),
});

async function findPod(request: KubeRequest): Promise<Result<string>> {
  const path = collectionPath(KINDS.pods, FLAK_NAMESPACE);
  const query = { labelSelector: `${LABELS.partOf}=flak,${LABELS.component}=files` };
  const found = await attempt(() => request({ method: 'GET', path, query }));
  if (found.kind !== 'ok') return explainFailure(found, `list pods in ${FLAK_NAMESPACE}`);
  const ready = podsSchema
    .parse(found.value)
    .items.find(({ status }) => status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'));
  return ready === undefined
    ? environment('the pod of deploy/flak-files is not ready; try again in some seconds.')
    : ok(ready.metadata.name);
}

const tokenSchema = z.object({ status: z.object({ token: z.string() }) });

async function askToken(request: KubeRequest): Promise<Result<string>> {
  const account = { apiVersion: 'v1', plural: 'serviceaccounts' } as const;
  const path = `${objectPath(account, FLAK_NAMESPACE, FILES.readerServiceAccount)}/token`;
  const spec = { audiences: [FILES.audience], expirationSeconds: TOKEN_SECONDS };
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
  const made = await attempt(() => request({ method: 'POST', path, body }));
  if (made.kind !== 'ok')
    return explainFailure(made, `get a token of ${FILES.readerServiceAccount}, which may read lines`);
  return ok(tokenSchema.parse(made.value).status.token);
}
