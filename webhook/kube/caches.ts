/** What a replica knows of the cluster without asking: every watch there is, in one place. */
import { z } from 'zod';
import type { TracerFacts, TraceFacts, ReportFacts } from '../controller/facts.ts';
import type { TargetPod } from '../controller/target-pod.ts';
import { FLAK_NAMESPACE, LABELS, OBJECTS } from '../names.ts';
import { createCacheIndex } from './cache-index.ts';
import type { CacheIndex } from './cache-index.ts';
import { KINDS } from './kinds.ts';
import { LEASE_TIMES } from './lease.ts';
import { metadataSchema, readWith } from './read-object.ts';
import { readLease } from './read-lease.ts';
import type { LeaseRecord } from './read-lease.ts';
import { readPod } from './read-pod.ts';
import { readReport, readTrace } from './read-trace.ts';
import { readTracer } from './read-tracer.ts';
import { TRACE_STATE } from './trace-state.ts';
import { createCache } from './watch.ts';
import type { Cache, WatchDeps } from './watch.ts';

export interface NamespaceRecord {
  readonly labels: Readonly<Record<string, string>>;
  readonly terminating: boolean;
}

export interface Caches {
  /** Pods that admission put a gate into, by UID. */
  readonly traced: Cache<TargetPod>;
  /** Pods whose own label asks for a trace, by UID; those of `traced` that have it are in both. */
  readonly asking: Cache<TargetPod>;
  /** By name. */
  readonly tracers: Cache<TracerFacts>;
  readonly tracersByTarget: CacheIndex;
  readonly tracersByNode: CacheIndex;
  /** By the target's UID. */
  readonly reports: Cache<ReportFacts>;
  /** By the target's UID. */
  readonly traces: Cache<TraceFacts>;
  readonly namespaces: Cache<NamespaceRecord>;
  readonly lease: Cache<LeaseRecord>;
}

const namespaceSchema = z.object({
  metadata: metadataSchema,
  status: z.object({ phase: z.string().nullish() }).nullish(),
});

export function readNamespace(object: unknown): { key: string; value: NamespaceRecord } | null {
  const namespace = readWith(namespaceSchema, object);
  if (namespace === null) return null;
  const { metadata, status } = namespace;
  const terminating = metadata.deletionTimestamp != null || status?.phase === 'Terminating';
  return { key: metadata.name, value: { labels: metadata.labels, terminating } };
}

function keyed<T>(read: (object: unknown) => T | null, keyOf: (value: T) => string) {
  return (object: unknown): { key: string; value: T } | null => {
    const value = read(object);
    return value === null ? null : { key: keyOf(value), value };
  };
}

function ownLabel(component: string): string {
  return `${LABELS.component}=${component},${LABELS.partOf}=flak`;
}

/** A report has up to 512 KiB (store/trace-api.ts): 13 MiB a page. */
const REPORTS_PER_PAGE = 25;

/** Nothing is asked for before `runCaches`. */
export function createCaches(deps: WatchDeps): Caches {
  const everywhere = { kind: KINDS.pods, namespace: null, read: keyed(readPod, ({ uid }) => uid) };
  const tracers = createCache(deps, {
    kind: KINDS.pods,
    namespace: FLAK_NAMESPACE,
    labelSelector: ownLabel('tracer'),
    read: keyed(readTracer, ({ name }) => name),
  });
  return {
    traced: createCache(deps, { ...everywhere, labelSelector: `${LABELS.traced}=true` }),
    asking: createCache(deps, { ...everywhere, labelSelector: `${LABELS.trace}=true` }),
    tracers,
    tracersByTarget: createCacheIndex(tracers, ({ targetUid }) => targetUid),
    tracersByNode: createCacheIndex(tracers, ({ nodeName }) => nodeName),
    reports: createCache(deps, {
      kind: KINDS.configMaps,
      namespace: FLAK_NAMESPACE,
      labelSelector: ownLabel(TRACE_STATE.component),
      pageSize: REPORTS_PER_PAGE,
      read: (object) => {
        const read = readReport(object);
        return read === null ? null : { key: read.podUid, value: read.report };
      },
    }),
    traces: createCache(deps, { kind: KINDS.traces, namespace: null, read: keyed(readTrace, ({ podUid }) => podUid) }),
    namespaces: createCache(deps, { kind: KINDS.namespaces, namespace: null, read: readNamespace }),
    lease: createCache(deps, {
      kind: KINDS.leases,
      namespace: FLAK_NAMESPACE,
      fieldSelector: `metadata.name=${OBJECTS.lease}`,
      // As often as a replica looks whether it can lead: one that doesn't know of a leader puts no gate into pods.
      longestPauseMs: LEASE_TIMES.retryMs,
      read: keyed(readLease, () => OBJECTS.lease),
    }),
  };
}

function all(caches: Caches): readonly Pick<Cache<never>, 'run' | 'synced' | 'isSynced'>[] {
  const { traced, asking, tracers, reports, traces, namespaces, lease } = caches;
  return [traced, asking, tracers, reports, traces, namespaces, lease];
}

/** Keeps them until the signal is aborted. */
export async function runCaches(caches: Caches, signal: AbortSignal): Promise<void> {
  await Promise.all(all(caches).map((cache) => cache.run(signal)));
}

/** Resolves when each has had its first list. */
export async function syncCaches(caches: Caches): Promise<void> {
  await Promise.all(all(caches).map((cache) => cache.synced));
}

export function cachesSynced(caches: Caches): boolean {
  return all(caches).every((cache) => cache.isSynced());
}
