/** Reading what Flak stored. */
import { type SyscallProfileStatus, syscallProfileStatusSchema } from '../../profile/syscall-profile.ts';
import type { TraceSpec, TraceStatus } from '../../webhook/controller/trace-status.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import type { Kubectl } from './kubectl.ts';

export interface StoredObject<Spec, Status> {
  readonly metadata: { readonly name: string; readonly resourceVersion: string; readonly creationTimestamp: string };
  readonly spec: Spec;
  readonly status?: Status;
}

export type StoredTrace = StoredObject<TraceSpec, TraceStatus>;

/** The SyscallProfiles of a namespace by name, each checked against the contract. */
export async function profilesOf(kubectl: Kubectl, namespace: string): Promise<Map<string, SyscallProfileStatus>> {
  const list = await kubectl.json<{ items: StoredObject<unknown, unknown>[] }>([
    'get',
    'syscallprofiles',
    '-n',
    namespace,
  ]);
  return new Map(list.items.map(({ metadata, status }) => [metadata.name, syscallProfileStatusSchema.parse(status)]));
}

/** Names that the newest revision saw made by the given origins. */
export function madeBy(status: SyscallProfileStatus | undefined, ...origins: readonly string[]): Set<string> {
  const calls = status?.revisions[0]?.calls ?? [];
  return new Set(
    calls.filter((call) => call.origins.some((origin) => origins.includes(origin))).map(({ name }) => name),
  );
}

export async function tracesOf(kubectl: Kubectl, namespace: string): Promise<StoredTrace[]> {
  return (await kubectl.json<{ items: StoredTrace[] }>(['get', 'traces', '-n', namespace])).items;
}

/** Waits until every trace of the namespace (at least `count`) is in one of the phases. */
export async function waitForPhases(
  kubectl: Kubectl,
  namespace: string,
  count: number,
  phases: readonly string[],
  limitMs = 90_000,
): Promise<StoredTrace[]> {
  let traces: StoredTrace[] = [];
  await waitUntil(
    `${count} traces in ${phases.join(' or ')}`,
    async () => {
      traces = await tracesOf(kubectl, namespace);
      return traces.length >= count && traces.every(({ status }) => phases.includes(status?.phase ?? 'Pending'));
    },
    {
      limitMs,
      explain: () =>
        JSON.stringify(traces.map(({ metadata, status }) => [metadata.name, status?.phase, status?.reason])),
    },
  );
  return traces;
}
