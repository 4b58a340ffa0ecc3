/** How a canary's run stands: what it shows of itself, judged at one moment. Pure. */
import { z } from 'zod';
import type { TracePhase } from '../../../webhook/controller/trace-status.ts';
import { GATE } from '../../../webhook/names.ts';

/** Every way in which a run ends. Only the first two say something of a profile that nothing was found against. */
export const RUN_ENDS = [
  'served',
  'completed',
  'crashed',
  'not-ready',
  'unfinished',
  'not-traced',
  'interrupted',
] as const;
export interface RunEnd {
  readonly kind: (typeof RUN_ENDS)[number];
  /** What happened, in words that follow "the canary …". */
  readonly message: string;
}

export function isClean({ kind }: RunEnd): boolean {
  return kind === 'served' || kind === 'completed';
}

const terminated = z.object({ exitCode: z.number(), reason: z.string().optional(), message: z.string().optional() });
const statusSchema = z.object({
  name: z.string(),
  restartCount: z.number().default(0),
  state: z
    .object({
      waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
      terminated: terminated.optional(),
    })
    .optional(),
});
const statuses = z.array(statusSchema).default([]);

export const canaryStatusSchema = z.object({
  metadata: z.object({ uid: z.string(), deletionTimestamp: z.string().optional() }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      reason: z.string().optional(),
      message: z.string().optional(),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() }))
        .default([]),
      initContainerStatuses: statuses,
      containerStatuses: statuses,
    })
    .prefault({}),
});
export type CanaryStatus = z.infer<typeof canaryStatusSchema>['status'];

export interface TraceView {
  readonly phase: TracePhase;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

export interface RunFacts {
  readonly status: CanaryStatus;
  /** null: there is none yet. */
  readonly trace: TraceView | null;
  /** Since the canary was made. */
  readonly ageMs: number;
  /** Since it was first ready; null while it never was. */
  readonly readyForMs: number | null;
}

export interface RunPlan {
  readonly forMs: number;
  readonly readyTimeoutMs: number;
  readonly runsToEnd: boolean;
}

/** Reasons of a container that waits which the kubelet can't get over by itself (kubelet/images, kuberuntime). */
const HOPELESS = [
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CrashLoopBackOff',
];

/** null while the run goes on. */
export function judgeRun(facts: RunFacts, plan: RunPlan): RunEnd | null {
  const { status, trace } = facts;
  return (
    untraced(status, trace) ?? ended(status, plan) ?? (plan.runsToEnd ? overdue(facts, plan) : served(facts, plan))
  );
}

export function isReady({ conditions }: CanaryStatus): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function untraced({ initContainerStatuses }: CanaryStatus, trace: TraceView | null): RunEnd | null {
  const gate = initContainerStatuses.find(({ name }) => name === GATE.container)?.state?.terminated;
  if (gate !== undefined && gate.exitCode !== 0)
    return { kind: 'not-traced', message: `was not traced in time: ${gate.message?.trim() ?? 'its gate gave up'}` };
  if (trace === null || trace.reason === undefined) return null;
  // A place on the node may become free.
  const mayChange = trace.reason === 'capped';
  const isOver = trace.phase === 'Untraced' || (trace.phase === 'Arming' && !mayChange);
  return isOver ? { kind: 'not-traced', message: `was not traced: ${trace.message ?? trace.reason}` } : null;
}

function ended(status: CanaryStatus, { runsToEnd }: RunPlan): RunEnd | null {
  const own = [...status.initContainerStatuses, ...status.containerStatuses].filter(
    ({ name }) => name !== GATE.container,
  );
  for (const { name, state, restartCount } of own) {
    const { waiting, terminated: end } = state ?? {};
    if (end !== undefined && end.exitCode !== 0)
      return crashed(`container ${name} ended with ${end.exitCode}${inWords(end.reason, end.message)}`);
    if (restartCount > 0) return crashed(`container ${name} was restarted`);
    if (HOPELESS.includes(waiting?.reason ?? ''))
      return crashed(`container ${name} doesn't start${inWords(waiting?.reason, waiting?.message)}`);
  }
  if (status.phase === 'Failed') return crashed(`it failed${inWords(status.reason, status.message)}`);
  const [stopped] = status.containerStatuses.filter(({ state }) => state?.terminated !== undefined);
  if (status.phase === 'Succeeded')
    return runsToEnd ? { kind: 'completed', message: 'came to its end' } : crashed('it ended by itself');
  return stopped && !runsToEnd ? crashed(`container ${stopped.name} ended by itself`) : null;
}

function crashed(what: string): RunEnd {
  return { kind: 'crashed', message: `crashed: ${what}` };
}

function served(facts: RunFacts, { forMs, readyTimeoutMs }: RunPlan): RunEnd | null {
  const { status, ageMs, readyForMs } = facts;
  if (readyForMs === null)
    return ageMs < readyTimeoutMs ? null : { kind: 'not-ready', message: `never became ready${whyNot(facts)}` };
  if (readyForMs < forMs) return null;
  if (isReady(status)) return { kind: 'served', message: 'became ready and stayed so' };
  return { kind: 'not-ready', message: `was ready, and no longer is${whyNot(facts)}` };
}

/** A Job's time begins when the canary is made: nothing tells when it works. */
function overdue(facts: RunFacts, { forMs, readyTimeoutMs }: RunPlan): RunEnd | null {
  if (facts.ageMs < forMs + readyTimeoutMs) return null;
  return { kind: 'unfinished', message: `did not come to its end in time${whyNot(facts)}` };
}

/** What the cluster says of it. */
function whyNot({ status, trace }: RunFacts): string {
  const scheduled = status.conditions.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  const waits = [...status.initContainerStatuses, ...status.containerStatuses].map(({ state }) => state?.waiting);
  const waiting = waits.find((one) => one?.reason !== undefined && one.reason !== 'PodInitializing');
  if (scheduled) return inWords('not scheduled', scheduled.message);
  if (trace?.message !== undefined) return inWords(trace.reason, trace.message);
  return waiting ? inWords(waiting.reason, waiting.message) : '';
}

const MOST = 400;

function inWords(reason: string | undefined, message: string | undefined): string {
  const words = [reason, message?.trim().replaceAll(/\s+/g, ' ')].filter(Boolean).join(': ');
  return words === '' ? '' : ` (${words.slice(0, MOST)})`;
}
