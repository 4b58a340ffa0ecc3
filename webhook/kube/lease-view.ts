/** What every replica learns from the Lease: whether anybody leads, and what the leader has marked. */
import type { Mark, LeaseRecord } from './read-lease.ts';

export interface LeaseView {
  /** To be told of each version of the Lease. */
  readonly observe: (record: LeaseRecord) => void;
  readonly lastRenewedAtMs: () => number | null;
  /** A leader has renewed within the Lease's 15 s, or gave it back a moment ago: there is somebody to arm and open gates. */
  readonly controllerAlive: () => boolean;
  /** The marker's time while it counts: for this Deployment, not older than 10 min (an uninstall that was broken off). */
  readonly uninstallingSinceMs: () => number | null;
  readonly avoidedGateImage: () => { readonly image: string; readonly sinceMs: number } | null;
}

export interface LeaseViewDeps {
  /** ms since the epoch. */
  readonly now: () => number;
  /** Flak's own Deployment; null when it runs outside of one. */
  readonly deploymentUid: string | null;
}

const ALIVE_MS = 15_000;
/** A Lease that was given back is taken by another replica within its 2 s (lease.ts), as in every rolling update. */
const HANDOVER_MS = 5000;
const UNINSTALL_MS = 10 * 60_000;
/** Then one pod more may try the image: nothing else would ever find out that it can be pulled again. */
const AVOID_MS = 5 * 60_000;

export function createLeaseView({ now, deploymentUid }: LeaseViewDeps): LeaseView {
  let latest: LeaseRecord | null = null;
  let renewedAtMs: number | null = null;
  const valid = (mark: Mark | null | undefined, forMs: number): Mark | null =>
    mark != null && now() - mark.atMs < forMs ? mark : null;
  return {
    observe: (record) => {
      if (latest === null) renewedAtMs = record.holder === '' ? null : Date.parse(record.renewTime) || null;
      // Seen by our own clock from then on: the holder's may be wrong.
      else if (latest.renewTime !== record.renewTime) renewedAtMs = now();
      latest = record;
    },
    lastRenewedAtMs: () => renewedAtMs,
    controllerAlive: () =>
      latest !== null && renewedAtMs !== null && now() - renewedAtMs < (latest.holder === '' ? HANDOVER_MS : ALIVE_MS),
    uninstallingSinceMs: () => {
      const mark = valid(latest?.uninstalling, UNINSTALL_MS);
      return mark !== null && mark.subject === (deploymentUid ?? 'none') ? mark.atMs : null;
    },
    avoidedGateImage: () => {
      const mark = valid(latest?.avoidedGateImage, AVOID_MS);
      return mark === null ? null : { image: mark.subject, sinceMs: mark.atMs };
    },
  };
}
