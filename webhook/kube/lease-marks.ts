/** Writes what the leader has to tell every replica onto the Lease, which all of them watch. */
import { FLAK_NAMESPACE, LEASE_ANNOTATIONS, OBJECTS } from '../names.ts';
import { formatMark } from './read-lease.ts';
import type { Outcome } from './outcome.ts';
import type { Resource } from './resource.ts';

export interface LeaseMarks {
  /** null for a control plane outside of any Deployment. */
  readonly markUninstalling: (deploymentUid: string | null) => Promise<Outcome<unknown>>;
  readonly avoidGateImage: (image: string) => Promise<Outcome<unknown>>;
  readonly trustGateImage: () => Promise<Outcome<unknown>>;
}

export function createLeaseMarks(leases: Pick<Resource, 'mergePatch'>, now: () => number): LeaseMarks {
  const write = (annotation: string, value: string | null): Promise<Outcome<unknown>> =>
    leases.mergePatch(FLAK_NAMESPACE, OBJECTS.lease, { metadata: { annotations: { [annotation]: value } } });
  return {
    markUninstalling: (uid) => write(LEASE_ANNOTATIONS.uninstalling, formatMark(uid ?? 'none', now())),
    avoidGateImage: (image) => write(LEASE_ANNOTATIONS.avoidedGateImage, formatMark(image, now())),
    trustGateImage: () => write(LEASE_ANNOTATIONS.avoidedGateImage, null),
  };
}
