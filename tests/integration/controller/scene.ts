/** What the tests of the controller do to pods and look for in the cluster. */
import { equal, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { RecordedReport } from '../../../profile/recording.ts';
import type { SyscallProfileStatus } from '../../../profile/syscall-profile.ts';
import { traceName, tracerName } from '../../../webhook/controller/object-names.ts';
import type { TraceStatus } from '../../../webhook/controller/trace-status.ts';
import type { KubeApi } from '../../../webhook/kube/client.ts';
import { KINDS } from '../../../webhook/kube/kinds.ts';
import { createResource } from '../../../webhook/kube/resource.ts';
import type { ResourceKind } from '../../../webhook/kube/resource.ts';
import { createTraceState } from '../../../webhook/kube/trace-state.ts';
import { FLAK_NAMESPACE } from '../../../webhook/names.ts';
import { waitUntil } from '../../cluster/wait-until.ts';
import { recordedReport } from '../../unit/profile/reports.ts';
import type { Node, RawObject } from './kubelet-by-hand.ts';

export const NAMESPACE = 'shop';
/** Generous: nothing here is about speed. */
const LIMIT_MS = 60_000;

/** The first value that is not null. */
export async function eventually<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  const seen: T[] = [];
  const found = async (): Promise<boolean> => {
    const value = await look();
    if (value !== null) seen.push(value);
    return value !== null;
  };
  await waitUntil(what, found, { limitMs: LIMIT_MS });
  const [first] = seen;
  if (first === undefined) throw new Error(what);
  return first;
}

export function gone(what: string, look: () => Promise<unknown>): Promise<true> {
  return eventually(`${what} is gone`, async () => ((await look()) === null ? true : null));
}

/** A recording of the container `app` with these system calls. */
export function recorded(...numbers: number[]): Partial<RecordedReport> {
  const calls = numbers.map((nr) => ({ nr, firstSeenNs: '1' }));
  const entries = [{ abi: 'x86_64' as const, origin: 'startup' as const, calls, denied: [], arguments: [] }];
  return { containers: [{ containerId: 'app', name: 'app', kind: 'container', runtime: 'runc', entries }] };
}

export function callNames(status: SyscallProfileStatus | null): string[] {
  return (status?.revisions[0]?.calls ?? []).map(({ name }) => name).sort();
}

export function createScene(kube: KubeApi, node: Node) {
  const resource = (kind: ResourceKind) => createResource(kube.request, kind);
  const get = async <T>(kind: ResourceKind, namespace: string, name: string): Promise<T | null> => {
    const read = await resource(kind).get(namespace, name);
    return read.kind === 'ok' ? (read.value as T) : null;
  };
  const create = async (kind: ResourceKind, body: object): Promise<RawObject> => {
    const made = await resource(kind).create(NAMESPACE, body);
    ok(made.kind === 'ok', JSON.stringify(made));
    return made.value as RawObject;
  };
  const traceOf = async ({ metadata }: RawObject): Promise<TraceStatus | null> => {
    const name = traceName(metadata.name, metadata.uid);
    return (await get<{ status?: TraceStatus }>(KINDS.traces, NAMESPACE, name))?.status ?? null;
  };
  const tracerOf = ({ metadata }: RawObject): Promise<RawObject | null> =>
    get(KINDS.pods, FLAK_NAMESPACE, tracerName(metadata.name, metadata.uid));
  const podNow = ({ metadata }: RawObject): Promise<RawObject | null> => get(KINDS.pods, NAMESPACE, metadata.name);
  const inPhase = (pod: RawObject, phase: TraceStatus['phase']): Promise<TraceStatus> =>
    eventually(`the trace of ${pod.metadata.name} is ${phase}`, async () => {
      const status = await traceOf(pod);
      return status?.phase === phase ? status : null;
    });
  /** As the store does. */
  const report = async ({ metadata }: RawObject, changes: Partial<RecordedReport>): Promise<void> => {
    const state = createTraceState(resource(KINDS.configMaps));
    const full = recordedReport({ podUid: metadata.uid, ...changes });
    const digests = new Map([[full.number, createHash('sha256').update(JSON.stringify(full)).digest('hex')]]);
    const read = await state.read(metadata.uid);
    const content = { report: full, digests };
    const written =
      read.kind === 'ok'
        ? await state.replace(metadata.uid, { ...read.value, ...content })
        : await state.create(metadata.uid, content);
    equal(written.kind, 'ok');
  };
  const runUntilRecording = async (body: object): Promise<RawObject> => {
    const pod = await create(KINDS.pods, body);
    await node.bind(NAMESPACE, pod.metadata.name);
    await eventually(`a tracer for ${pod.metadata.name}`, () => tracerOf(pod));
    await report(pod, { kind: 'armed', number: 1 });
    await node.start(NAMESPACE, pod.metadata.name);
    await inPhase(pod, 'Recording');
    return pod;
  };
  const profile = async (name: string): Promise<SyscallProfileStatus | null> =>
    (await get<{ status?: SyscallProfileStatus }>(KINDS.syscallProfiles, NAMESPACE, name))?.status ?? null;
  const deletePod = (pod: RawObject): Promise<unknown> => resource(KINDS.pods).remove(NAMESPACE, pod.metadata.name);
  const letGo = (pod: RawObject): Promise<unknown> =>
    eventually('the finalizer is gone and no other', async () => {
      const finalizers = (await podNow(pod))?.metadata.finalizers;
      return finalizers?.length === 1 && finalizers[0] === 'example.com/other' ? true : null;
    });
  /** Takes away the finalizer that isn't Flak's. */
  const releaseOther = (pod: RawObject): Promise<unknown> =>
    resource(KINDS.pods).jsonPatch(NAMESPACE, pod.metadata.name, [
      { op: 'test', path: '/metadata/finalizers/0', value: 'example.com/other' },
      { op: 'remove', path: '/metadata/finalizers/0' },
    ]);
  return {
    get,
    create,
    traceOf,
    tracerOf,
    podNow,
    inPhase,
    report,
    runUntilRecording,
    profile,
    deletePod,
    letGo,
    releaseOther,
  };
}
export type Scene = ReturnType<typeof createScene>;
