/** One canary from its creation to its recording; whatever happens, nothing of it is left. */
import { z } from 'zod';
import type { Revision } from '../../../profile/syscall-profile.ts';
import { syscallProfileStatusSchema } from '../../../profile/syscall-profile.ts';
import { traceName } from '../../../webhook/controller/object-names.ts';
import { KINDS } from '../../../webhook/kube/kinds.ts';
import { GATE } from '../../../webhook/names.ts';
import type { Cluster } from '../../cluster.ts';
import { explainFailure } from '../../cluster.ts';
import type { Failed, Result } from '../../ending.ts';
import { environment, ok } from '../../ending.ts';
import { traceObjectSchema } from '../../objects.ts';
import type { TraceObject } from '../../objects.ts';
import type { RunEnd, RunPlan } from './run-end.ts';
import { canaryStatusSchema, isReady, judgeRun } from './run-end.ts';

export interface ReplayDeps {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Ends early when the signal is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Ctrl-C. */
  readonly interruption: AbortSignal;
  readonly note: (text: string) => void;
}

export interface Replay {
  readonly end: RunEnd;
  /** By container; those that never ran are missing. */
  readonly recorded: ReadonlyMap<string, Revision>;
}

interface Made {
  readonly name: string;
  readonly uid: string;
}

const LOOK_MS = 500;
/** Beyond the canary's own grace period: for the last report, and for the profile to be stored. */
const AFTERMATH_MS = 60_000;
const DEFAULT_GRACE_SECONDS = 30;
/** Nobody is interested in how an interrupted canary shuts down. */
const INTERRUPTED_GRACE_SECONDS = 1;

const createdSchema = z.object({
  metadata: z.object({ name: z.string(), uid: z.string() }),
  spec: z.object({
    initContainers: z.array(z.object({ name: z.string() })).default([]),
    terminationGracePeriodSeconds: z.number().default(DEFAULT_GRACE_SECONDS),
  }),
});

export async function replay(pod: object, plan: RunPlan, deps: ReplayDeps): Promise<Result<Replay>> {
  const created = await deps.cluster.resource(KINDS.pods).create(deps.namespace, pod);
  if (created.kind !== 'ok') return explainFailure(created, 'create the canary');
  const { metadata, spec } = createdSchema.parse(created.value);
  let end: Result<RunEnd> | undefined;
  let gathered: Result<ReadonlyMap<string, Revision>> | undefined;
  try {
    const isGated = spec.initContainers.some(({ name }) => name === GATE.container);
    end = isGated ? await watch(metadata, plan, deps) : ok(UNGATED);
  } finally {
    gathered = await clearAway(metadata, spec.terminationGracePeriodSeconds, deps);
  }
  if (end.kind !== 'ok') return end;
  return gathered.kind === 'ok' ? ok({ end: end.value, recorded: gathered.value }) : gathered;
}

const UNGATED: RunEnd = {
  kind: 'not-traced',
  message: 'got no gate from Flak: it is not installed, or not ready (flak doctor)',
};

async function watch(canary: Made, plan: RunPlan, deps: ReplayDeps): Promise<Result<RunEnd>> {
  const { cluster, namespace, now, interruption } = deps;
  const begunMs = now();
  let readyMs: number | null = null;
  for (;;) {
    if (interruption.aborted) return ok({ kind: 'interrupted', message: 'was interrupted' });
    const got = await cluster.resource(KINDS.pods).get(namespace, canary.name);
    if (got.kind === 'not-found') return ok(REMOVED);
    const trace = await traceOf(canary, deps);
    // An API server that is away for a moment is no end of a run.
    if (got.kind === 'ok' && trace.kind === 'ok') {
      const { metadata, status } = canaryStatusSchema.parse(got.value);
      if (metadata.uid !== canary.uid || metadata.deletionTimestamp !== undefined) return ok(REMOVED);
      if (isReady(status)) readyMs ??= now();
      const view = trace.value?.status ?? null;
      const facts = {
        status,
        trace: view,
        ageMs: now() - begunMs,
        readyForMs: readyMs === null ? null : now() - readyMs,
      };
      const end = judgeRun(facts, plan);
      if (end !== null) return ok(end);
    } else if (now() - begunMs > plan.readyTimeoutMs + plan.forMs + AFTERMATH_MS) return away('watched');
    await deps.sleep(LOOK_MS, interruption);
  }
}

const REMOVED: RunEnd = { kind: 'unfinished', message: 'was deleted by somebody else' };

function away(what: string): Failed {
  return environment(
    `the canary could not be ${what}: the API server doesn't answer; check --kubeconfig and --context.`,
  );
}

async function traceOf({ name, uid }: Made, { cluster, namespace }: ReplayDeps): Promise<Result<TraceObject | null>> {
  const got = await cluster.resource(KINDS.traces).get(namespace, traceName(name, uid));
  if (got.kind === 'not-found') return ok(null);
  if (got.kind !== 'ok') return explainFailure(got, 'read the canary’s Trace');
  return ok(traceObjectSchema.safeParse(got.value).data ?? null);
}

/** Deletes the canary, waits for its trace, takes what was recorded of it, and deletes that too. */
async function clearAway(
  canary: Made,
  graceSeconds: number,
  deps: ReplayDeps,
): Promise<Result<ReadonlyMap<string, Revision>>> {
  const { cluster, namespace, now, interruption } = deps;
  const pods = cluster.resource(KINDS.pods);
  let grace: number | null = null;
  let untilMs = Infinity;
  for (;;) {
    // Once more with less time, where Ctrl-C comes while it shuts down.
    const wanted = interruption.aborted ? INTERRUPTED_GRACE_SECONDS : graceSeconds;
    if (grace !== wanted) {
      const removed = await pods.remove(namespace, canary.name, { uid: canary.uid, graceSeconds: wanted });
      if (removed.kind !== 'try-later') grace = wanted;
      untilMs = Math.min(untilMs, now() + wanted * 1000 + AFTERMATH_MS);
    }
    const trace = await traceOf(canary, deps);
    if ((await isGone(canary, deps)) && trace.kind === 'ok' && isOver(trace.value)) return takeAway(trace.value, deps);
    if (now() >= untilMs) return left(canary, deps);
    await deps.sleep(LOOK_MS);
  }
}

async function isGone({ name, uid }: Made, { cluster, namespace }: ReplayDeps): Promise<boolean> {
  const got = await cluster.resource(KINDS.pods).get(namespace, name);
  return got.kind === 'not-found' || (got.kind === 'ok' && canaryStatusSchema.parse(got.value).metadata.uid !== uid);
}

/** There is none of a canary that got no gate. */
function isOver(trace: TraceObject | null): boolean {
  const phase = trace?.status?.phase;
  return trace === null || phase === 'Complete' || phase === 'Untraced';
}

function left({ name }: Made, { namespace }: ReplayDeps): Failed {
  return environment(
    `the canary is still being removed; look with kubectl get pods,traces,syscallprofiles -n ${namespace} | grep ${name}.`,
  );
}

const profileSchema = z.object({
  spec: z.object({ container: z.string() }),
  status: syscallProfileStatusSchema.optional(),
});

async function takeAway(trace: TraceObject | null, deps: ReplayDeps): Promise<Result<ReadonlyMap<string, Revision>>> {
  const { cluster, namespace } = deps;
  const recorded = new Map<string, Revision>();
  if (trace === null) return ok(recorded);
  for (const name of trace.status?.profiles ?? []) {
    const profiles = cluster.resource(KINDS.syscallProfiles);
    const got = await profiles.get(namespace, name);
    if (got.kind === 'not-found') continue;
    if (got.kind !== 'ok') return explainFailure(got, `read syscallprofiles/${name}`);
    const { spec, status } = profileSchema.parse(got.value);
    const [revision] = status?.revisions ?? [];
    if (revision) recorded.set(spec.container, revision);
    const removed = await profiles.remove(namespace, name);
    if (removed.kind !== 'ok' && removed.kind !== 'not-found')
      return explainFailure(removed, `remove syscallprofiles/${name}`);
  }
  const removed = await cluster.resource(KINDS.traces).remove(namespace, trace.metadata.name);
  if (removed.kind === 'ok' || removed.kind === 'not-found') return ok(recorded);
  return explainFailure(removed, `remove traces/${trace.metadata.name}`);
}
