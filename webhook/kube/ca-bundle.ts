/** Tells everyone who verifies the serving certificate: the API server (webhook configurations) and the tracers (a ConfigMap). */
import { z } from 'zod';
import type { Announcement } from '../../certs/rotation.ts';
import { FLAK_NAMESPACE, LABELS, OBJECTS } from '../names.ts';
import { describeFailure, type Outcome } from './outcome.ts';
import type { PatchOperation, Resource } from './resource.ts';

export const MUTATING_CONFIGURATIONS = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  plural: 'mutatingwebhookconfigurations',
} as const;
export const VALIDATING_CONFIGURATIONS = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  plural: 'validatingwebhookconfigurations',
} as const;
export const SERVICES = { apiVersion: 'v1', plural: 'services' } as const;

export interface BundleReaders {
  /** The resource `MUTATING_CONFIGURATIONS`. */
  readonly mutating: Resource;
  /** The resource `VALIDATING_CONFIGURATIONS`. */
  readonly validating: Resource;
  readonly configMaps: Resource;
  /** The resource `SERVICES`. */
  readonly services: Resource;
}

/** Writes the bundle where it differs and nowhere else. Throws where the API server refuses or can't be reached. */
export async function announceBundle(readers: BundleReaders, caBundle: string): Promise<Announcement> {
  const results = await Promise.all([
    patchEntries(readers.mutating, OBJECTS.webhookConfiguration, caBundle),
    patchEntries(readers.validating, OBJECTS.uninstallConfiguration, caBundle),
    writeEndpoint(readers, caBundle),
  ]);
  if (results.includes('incomplete')) return 'incomplete';
  return results.includes('changed') ? 'changed' : 'unchanged';
}

const configurationSchema = z.object({
  webhooks: z
    .array(z.object({ name: z.string(), clientConfig: z.object({ caBundle: z.string().nullish() }) }))
    .nullish(),
});

/** The `test` makes sure that an index still is the entry it was, should someone edit the list meanwhile. */
async function patchEntries(configurations: Resource, name: string, caBundle: string): Promise<Announcement> {
  const encoded = Buffer.from(caBundle).toString('base64');
  const found = expectObject(await configurations.get(null, name), name);
  if (found === undefined) return 'incomplete';
  const entries = configurationSchema.parse(found).webhooks ?? [];
  const operations = entries.flatMap((entry, i): PatchOperation[] =>
    entry.clientConfig.caBundle === encoded
      ? []
      : [
          { op: 'test', path: `/webhooks/${i}/name`, value: entry.name },
          { op: 'add', path: `/webhooks/${i}/clientConfig/caBundle`, value: encoded },
        ],
  );
  if (operations.length === 0) return 'unchanged';
  return written(await configurations.jsonPatch(null, name, operations), name);
}

const serviceSchema = z.object({
  spec: z.object({ clusterIP: z.string(), ports: z.array(z.object({ name: z.string().nullish(), port: z.number() })) }),
});

async function writeEndpoint({ configMaps, services }: BundleReaders, caBundle: string): Promise<Announcement> {
  const service = expectObject(await services.get(FLAK_NAMESPACE, OBJECTS.service), OBJECTS.service);
  if (service === undefined) return 'incomplete';
  const { clusterIP, ports } = serviceSchema.parse(service).spec;
  const port = ports.find(({ name }) => name === 'https') ?? ports[0];
  if (port === undefined) return 'incomplete';
  return writeConfigMap(configMaps, { 'ca.crt': caBundle, address: clusterIP, port: String(port.port) });
}

const configMapSchema = z.object({ data: z.record(z.string(), z.string()).nullish() });

async function writeConfigMap(configMaps: Resource, data: Readonly<Record<string, string>>): Promise<Announcement> {
  const name = OBJECTS.endpointConfigMap;
  const found = expectObject(await configMaps.get(FLAK_NAMESPACE, name), name);
  if (found === undefined) return written(await configMaps.create(FLAK_NAMESPACE, endpointOf(data)), name);
  const present = configMapSchema.parse(found).data ?? {};
  if (Object.entries(data).every(([key, value]) => present[key] === value)) return 'unchanged';
  return written(await configMaps.mergePatch(FLAK_NAMESPACE, name, { data }), name);
}

function endpointOf(data: Readonly<Record<string, string>>): object {
  const metadata = {
    name: OBJECTS.endpointConfigMap,
    namespace: FLAK_NAMESPACE,
    labels: { [LABELS.partOf]: 'flak' },
  };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
}

function expectObject(outcome: Outcome<unknown>, name: string): unknown {
  if (outcome.kind === 'ok') return outcome.value;
  if (outcome.kind === 'not-found') return undefined;
  throw new Error(`${name} could not be read: ${describeFailure(outcome)}`);
}

/** Someone else wrote at the same time, or took the object away: the next turn looks again. */
function written(outcome: Outcome<unknown>, name: string): Announcement {
  switch (outcome.kind) {
    case 'ok':
    case 'conflict':
    case 'already-exists':
      return 'changed';
    case 'not-found':
      return 'incomplete';
    case 'try-later':
    case 'refused':
      throw new Error(`${name} could not be written: ${describeFailure(outcome)}`);
  }
}
