/** Tells tracers and readers where the store is and whom to trust: the ConfigMap `flak-files-endpoint`, which is installed empty. */
import { z } from 'zod';
import type { Announcement } from '../../certs/rotation.ts';
import { describeFailure } from '../kube/outcome.ts';
import type { Resource } from '../kube/resource.ts';
import { FILES, FLAK_NAMESPACE, OBJECTS } from '../names.ts';

export interface StoreReaders {
  readonly configMaps: Pick<Resource, 'get' | 'mergePatch'>;
  readonly services: Pick<Resource, 'get'>;
}

const serviceSchema = z.object({
  spec: z.object({ clusterIP: z.string(), ports: z.array(z.object({ port: z.number() })).min(1) }),
});
const configMapSchema = z.object({ data: z.record(z.string(), z.string()).nullish() });

/** Writes where something differs and nowhere else. Throws where the API server refuses or can't be reached. */
export async function announceStore({ configMaps, services }: StoreReaders, caBundle: string): Promise<Announcement> {
  const { spec } = serviceSchema.parse(await readObject(services, FILES.name));
  const data = { 'ca.crt': caBundle, address: spec.clusterIP, port: String(spec.ports[0]?.port) };
  const present = configMapSchema.parse(await readObject(configMaps, OBJECTS.filesEndpointConfigMap)).data ?? {};
  if (Object.entries(data).every(([key, value]) => present[key] === value)) return 'unchanged';
  const written = await configMaps.mergePatch(FLAK_NAMESPACE, OBJECTS.filesEndpointConfigMap, { data });
  if (written.kind === 'ok') return 'changed';
  throw new Error(`the ConfigMap ${OBJECTS.filesEndpointConfigMap} could not be written: ${describeFailure(written)}`);
}

async function readObject(resource: Pick<Resource, 'get'>, name: string): Promise<unknown> {
  const found = await resource.get(FLAK_NAMESPACE, name);
  if (found.kind === 'ok') return found.value;
  throw new Error(`${name} could not be read: ${describeFailure(found)}`);
}
