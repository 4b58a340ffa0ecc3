/** The newest report of each open trace, as ConfigMap `trace-<pod uid>` in Flak's own namespace. */
import { z } from 'zod';
import { reportSchema } from '../../profile/recording.ts';
import { FLAK_NAMESPACE, LABELS } from '../names.ts';
import type { StoredTrace, TraceState } from '../store/trace-state.ts';
import { mapOutcome } from './outcome.ts';
import type { Resource } from './resource.ts';

export const TRACE_STATE = {
  component: 'trace-state',
  reportKey: 'report',
  digestsAnnotation: 'flak.dev/report-digests',
} as const;

export function traceStateName(podUid: string): string {
  return `trace-${podUid}`;
}

const digestsSchema = z.record(z.string().regex(/^\d+$/), z.string().regex(/^[0-9a-f]{64}$/));

const jsonOf = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema);

const configMapSchema = z.object({
  metadata: z.object({
    resourceVersion: z.string(),
    annotations: z.object({ [TRACE_STATE.digestsAnnotation]: jsonOf(digestsSchema) }),
  }),
  data: z.object({ [TRACE_STATE.reportKey]: jsonOf(reportSchema) }),
});

/** @throws on a ConfigMap that Flak didn't write. Used by the controller too, on what its watch delivers. */
export function parseTraceState(configMap: unknown): StoredTrace {
  const { metadata, data } = configMapSchema.parse(configMap);
  const digests = Object.entries(metadata.annotations[TRACE_STATE.digestsAnnotation]);
  return {
    version: metadata.resourceVersion,
    report: data.report,
    // Sorted by number: the store drops the first ones when there are too many.
    digests: new Map(digests.map(([number, digest]) => [Number(number), digest] as const).sort(([a], [b]) => a - b)),
  };
}

/** @param configMaps requests for `v1` `configmaps` */
export function createTraceState(configMaps: Pick<Resource, 'get' | 'create' | 'replace'>): TraceState {
  return {
    read: async (podUid) => mapOutcome(await configMaps.get(FLAK_NAMESPACE, traceStateName(podUid)), parseTraceState),
    create: async (podUid, content) =>
      mapOutcome(await configMaps.create(FLAK_NAMESPACE, configMapOf(podUid, content)), () => undefined),
    replace: async (podUid, next) =>
      mapOutcome(
        await configMaps.replace(FLAK_NAMESPACE, traceStateName(podUid), configMapOf(podUid, next, next.version)),
        () => undefined,
      ),
  };
}

function configMapOf(podUid: string, content: Omit<StoredTrace, 'version'>, resourceVersion?: string): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: traceStateName(podUid),
      namespace: FLAK_NAMESPACE,
      labels: {
        [LABELS.targetUid]: podUid,
        [LABELS.component]: TRACE_STATE.component,
        [LABELS.partOf]: 'flak',
      },
      annotations: { [TRACE_STATE.digestsAnnotation]: JSON.stringify(Object.fromEntries(content.digests)) },
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    data: { [TRACE_STATE.reportKey]: JSON.stringify(content.report) },
  };
}
