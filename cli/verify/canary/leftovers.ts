/** What a verification left that was killed: canaries that have ended by their deadline. */
import { z } from 'zod';
import { traceName } from '../../../webhook/controller/object-names.ts';
import { KINDS } from '../../../webhook/kube/kinds.ts';
import type { Connection } from '../../connection.ts';
import { traceObjectSchema } from '../../objects.ts';
import { CANARY_LABEL } from './canary.ts';

/** A canary that has ended is another command's own for so long. */
const ANOTHERS_MS = 10 * 60_000;

const podSchema = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), creationTimestamp: z.string() }),
  spec: z.object({ activeDeadlineSeconds: z.number().default(0) }),
  status: z.object({ phase: z.string().optional() }).optional(),
});

/** Never in the way: what can't be removed now is there the next time. @param nowMs since the epoch */
export async function removeLeftovers({ cluster, namespace }: Connection, nowMs: number): Promise<void> {
  const listed = await cluster.list(KINDS.pods, namespace, `${CANARY_LABEL}=true`);
  if (listed.kind !== 'ok') return;
  for (const { metadata, spec, status } of listed.value.map((pod) => podSchema.parse(pod))) {
    const isEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    const dueMs = Date.parse(metadata.creationTimestamp) + spec.activeDeadlineSeconds * 1000 + ANOTHERS_MS;
    if (!isEnded || nowMs < dueMs) continue;
    const name = traceName(metadata.name, metadata.uid);
    const got = await cluster.resource(KINDS.traces).get(namespace, name);
    const trace = got.kind === 'ok' ? traceObjectSchema.safeParse(got.value).data : undefined;
    for (const profile of trace?.status?.profiles ?? [])
      await cluster.resource(KINDS.syscallProfiles).remove(namespace, profile);
    await cluster.resource(KINDS.traces).remove(namespace, name);
    await cluster.resource(KINDS.pods).remove(namespace, metadata.name, { uid: metadata.uid });
  }
}
