/** The Lease by which one replica leads, and what is written beside it for all replicas to read. */
import { z } from 'zod';
import { LEASE_ANNOTATIONS } from '../names.ts';
import { metadataSchema, readWith } from './read-object.ts';

const leaseSchema = z.object({
  metadata: metadataSchema,
  spec: z
    .object({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.number().nullish(),
      renewTime: z.string().nullish(),
      acquireTime: z.string().nullish(),
      leaseTransitions: z.number().nullish(),
    })
    .nullish(),
});

/** `<what>@<when>`, written by one replica for all. */
export interface Mark {
  readonly subject: string;
  readonly atMs: number;
}

export interface LeaseRecord {
  readonly resourceVersion: string;
  /** Empty when nobody leads. */
  readonly holder: string;
  readonly durationMs: number;
  /** As it stands there: compared, and only at first sight taken for a time (clocks of machines differ). */
  readonly renewTime: string;
  readonly acquireTime: string;
  readonly transitions: number;
  readonly uninstalling: Mark | null;
  readonly avoidedGateImage: Mark | null;
}

export function formatMark(subject: string, atMs: number): string {
  return `${subject}@${new Date(atMs).toISOString()}`;
}

/** Images may hold an `@` themselves (a digest): the time stands behind the last one. */
export function parseMark(text: string | undefined): Mark | null {
  const at = text?.lastIndexOf('@') ?? -1;
  if (text === undefined || at < 1) return null;
  const atMs = Date.parse(text.slice(at + 1));
  return Number.isNaN(atMs) ? null : { subject: text.slice(0, at), atMs };
}

export function readLease(object: unknown): LeaseRecord | null {
  const lease = readWith(leaseSchema, object);
  if (lease === null) return null;
  const { annotations, resourceVersion } = lease.metadata;
  return {
    resourceVersion,
    holder: lease.spec?.holderIdentity ?? '',
    durationMs: (lease.spec?.leaseDurationSeconds ?? 0) * 1000,
    renewTime: lease.spec?.renewTime ?? '',
    acquireTime: lease.spec?.acquireTime ?? '',
    transitions: lease.spec?.leaseTransitions ?? 0,
    uninstalling: parseMark(annotations[LEASE_ANNOTATIONS.uninstalling]),
    avoidedGateImage: parseMark(annotations[LEASE_ANNOTATIONS.avoidedGateImage]),
  };
}
