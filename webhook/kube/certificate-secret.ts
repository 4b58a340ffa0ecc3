/** The certificates' store: the Secret `flak-certificates`, one state for all replicas. */
import { z } from 'zod';
import { fromEntries, toEntries, type CertificateState } from '../../certs/certificate-state.ts';
import type { CertificateStore } from '../../certs/rotation.ts';
import { FLAK_NAMESPACE, LABELS, OBJECTS } from '../names.ts';
import { describeFailure, type Failure } from './outcome.ts';
import type { Resource } from './resource.ts';

export const SECRETS = { apiVersion: 'v1', plural: 'secrets' } as const;

const secretSchema = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  data: z.record(z.string(), z.base64()).nullish(),
});

/** @param secrets the resource `SECRETS` */
export function secretStore(secrets: Resource): CertificateStore {
  const name = OBJECTS.certificateSecret;
  return {
    async read() {
      const outcome = await secrets.get(FLAK_NAMESPACE, name);
      if (outcome.kind === 'not-found') return undefined;
      if (outcome.kind !== 'ok') throw failed('read', outcome);
      const { metadata, data } = secretSchema.parse(outcome.value);
      return { state: fromEntries(decode(data ?? {})), version: metadata.resourceVersion };
    },
    async create(state) {
      const outcome = await secrets.create(FLAK_NAMESPACE, secretOf(state));
      if (outcome.kind === 'ok') return 'created';
      if (outcome.kind === 'already-exists') return 'exists';
      throw failed('created', outcome);
    },
    async replace(state, version) {
      const outcome = await secrets.replace(FLAK_NAMESPACE, name, secretOf(state, version));
      if (outcome.kind === 'ok') return 'replaced';
      // Gone since it was read: the next turn makes it anew.
      if (outcome.kind === 'conflict' || outcome.kind === 'not-found') return 'conflict';
      throw failed('replaced', outcome);
    },
  };
}

function secretOf(state: CertificateState, resourceVersion?: string): object {
  const data = Object.entries(toEntries(state)).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: OBJECTS.certificateSecret,
      namespace: FLAK_NAMESPACE,
      labels: { [LABELS.partOf]: 'flak' },
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    type: 'Opaque',
    data: Object.fromEntries(data) as Record<string, string>,
  };
}

function decode(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, base64]) => [key, Buffer.from(base64, 'base64').toString('utf8')]),
  );
}

function failed(what: string, failure: Failure): Error {
  return new Error(`the Secret ${OBJECTS.certificateSecret} could not be ${what}: ${describeFailure(failure)}`);
}
