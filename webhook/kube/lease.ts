/**
 * Leader election by a Lease, with client-go's rules (tools/leaderelection): a leader renews every 2 s, stops leading
 * when it could not for 10 s, and is replaced when its record has not changed for 15 s *of the observer's own clock*.
 */
import { readLease } from './read-lease.ts';
import type { LeaseRecord } from './read-lease.ts';
import type { Outcome } from './outcome.ts';
import type { Resource } from './resource.ts';

export const LEASE_TIMES = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2000 } as const;

export interface LeaseDeps {
  readonly leases: Pick<Resource, 'get' | 'create' | 'mergePatch'>;
  readonly namespace: string;
  readonly name: string;
  /** Of this replica, e.g. its pod's name. */
  readonly identity: string;
  /** Milliseconds of a clock that never goes back. */
  readonly steadyMs: () => number;
  /** ms since the epoch, for the record. */
  readonly now: () => number;
  /** Resolves after so many milliseconds, or when the signal is aborted; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly times?: { readonly durationMs: number; readonly renewDeadlineMs: number; readonly retryMs: number };
}

interface Observed {
  readonly record: LeaseRecord;
  readonly sinceMs: number;
}

/**
 * Leads whenever it can, until the signal is aborted; then it gives the Lease back, so that a successor need not wait.
 * @param lead is called on each election; its signal is aborted when leadership ends. The Lease is given back only after it has returned.
 */
export async function runElection(
  deps: LeaseDeps,
  lead: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const times = deps.times ?? LEASE_TIMES;
  let observed: Observed | null = null;
  while (!signal.aborted) {
    const turn = await tryHold(deps, observed, times.durationMs);
    observed = turn.observed;
    if (turn.held) {
      await leadUntilLost(deps, lead, signal);
      observed = null;
    } else await deps.sleep(times.retryMs, signal);
  }
}

async function leadUntilLost(
  deps: LeaseDeps,
  lead: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const lost = new AbortController();
  const leading = lead(AbortSignal.any([signal, lost.signal])).finally(() => {
    lost.abort();
  });
  try {
    await keepRenewing(deps, AbortSignal.any([signal, lost.signal]));
  } finally {
    lost.abort();
    // A failure of the leader's work is the caller's to see, after the Lease is free again.
    await Promise.allSettled([leading]);
    await release(deps);
  }
  await leading;
}

/** Returns when the signal is aborted, another replica leads, or renewing has failed for too long. */
async function keepRenewing(deps: LeaseDeps, signal: AbortSignal): Promise<void> {
  const times = deps.times ?? LEASE_TIMES;
  let renewedAtMs = deps.steadyMs();
  let observed: Observed | null = null;
  for (;;) {
    await deps.sleep(times.retryMs, signal);
    if (signal.aborted) return;
    const startedAtMs = deps.steadyMs();
    const turn = await withDeadline(deps, renewedAtMs + times.renewDeadlineMs, () =>
      tryHold(deps, observed, times.durationMs),
    );
    if (turn === 'too-late') return;
    observed = turn.observed;
    // Counted from before the request: another replica counts from when it sees the record.
    if (turn.held) renewedAtMs = startedAtMs;
    else if (turn.other || deps.steadyMs() - renewedAtMs >= times.renewDeadlineMs) return;
  }
}

async function withDeadline<T>(deps: LeaseDeps, atMs: number, work: () => Promise<T>): Promise<T | 'too-late'> {
  const timer = new AbortController();
  const late = deps.sleep(Math.max(0, atMs - deps.steadyMs()), timer.signal).then(() => 'too-late' as const);
  try {
    return await Promise.race([work(), late]);
  } finally {
    timer.abort();
  }
}

interface Turn {
  readonly held: boolean;
  /** The record names another holder whose time has not run out. */
  readonly other: boolean;
  readonly observed: Observed | null;
}

const MISSED: Turn = { held: false, other: false, observed: null };

async function tryHold(deps: LeaseDeps, before: Observed | null, durationMs: number): Promise<Turn> {
  const read = await deps.leases.get(deps.namespace, deps.name);
  if (read.kind === 'not-found') return { ...MISSED, held: (await create(deps, durationMs)).kind === 'ok' };
  const record = read.kind === 'ok' ? readLease(read.value) : null;
  if (record === null) return { ...MISSED, observed: before };
  const unchanged = before?.record.renewTime === record.renewTime && before.record.holder === record.holder;
  const observed = unchanged ? { record, sinceMs: before.sinceMs } : { record, sinceMs: deps.steadyMs() };
  const mine = record.holder === deps.identity;
  const free = record.holder === '' || deps.steadyMs() - observed.sinceMs >= (record.durationMs || durationMs);
  if (!mine && !free) return { held: false, other: true, observed };
  const written = await deps.leases.mergePatch(deps.namespace, deps.name, renewal(deps, record, durationMs));
  return { held: written.kind === 'ok', other: false, observed };
}

function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

/** With the version that was read: of two replicas that take the same free Lease, one gets a conflict. */
function renewal(deps: LeaseDeps, record: LeaseRecord, durationMs: number): object {
  const now = microTime(deps.now());
  const taken = record.holder !== deps.identity;
  return {
    metadata: { resourceVersion: record.resourceVersion },
    spec: {
      holderIdentity: deps.identity,
      leaseDurationSeconds: Math.ceil(durationMs / 1000),
      renewTime: now,
      ...(taken ? { acquireTime: now, leaseTransitions: record.transitions + 1 } : {}),
    },
  };
}

function create(deps: LeaseDeps, durationMs: number): Promise<Outcome<unknown>> {
  const now = microTime(deps.now());
  return deps.leases.create(deps.namespace, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: deps.name, namespace: deps.namespace },
    spec: {
      holderIdentity: deps.identity,
      leaseDurationSeconds: Math.ceil(durationMs / 1000),
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 0,
    },
  });
}

/** Best effort: without it the successor waits for the Lease to run out. */
async function release(deps: LeaseDeps): Promise<void> {
  const read = await deps.leases.get(deps.namespace, deps.name);
  const record = read.kind === 'ok' ? readLease(read.value) : null;
  if (record?.holder !== deps.identity) return;
  await deps.leases.mergePatch(deps.namespace, deps.name, {
    metadata: { resourceVersion: record.resourceVersion },
    spec: { holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(deps.now()) },
  });
}
