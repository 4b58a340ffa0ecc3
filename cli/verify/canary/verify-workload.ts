/** `flak verify WORKLOAD`, from its options to its answer. */
import { z } from 'zod';
import { declaredGroups } from '../../../profile/declared-groups.ts';
import { toFlakFormat } from '../../../profile/flak-format.ts';
import type { Revision } from '../../../profile/syscall-profile.ts';
import { unionOfRevisions } from '../../../tracer/local/local-profile.ts';
import { explainFailure } from '../../cluster.ts';
import type { Connect, Connection } from '../../connection.ts';
import { connectTo } from '../../connection.ts';
import type { DeliverDeps } from '../../deliver.ts';
import { toJson } from '../../deliver.ts';
import type { Ending, Result } from '../../ending.ts';
import { DONE, finding, ok } from '../../ending.ts';
import { removeLeftovers } from './leftovers.ts';
import type { CanaryOptions } from './options.ts';
import type { VerificationPlan } from './plan.ts';
import { planVerification } from './plan.ts';
import type { ProfileAtHand } from './profiles.ts';
import { profilesOf, writeVerified } from './profiles.ts';
import type { Replay, ReplayDeps } from './replay.ts';
import { replay } from './replay.ts';
import type { RunEnd } from './run-end.ts';
import { isClean } from './run-end.ts';
import type { Service } from './selectors.ts';
import type { Subject } from './subject.ts';
import { readSubject } from './subject.ts';
import type { ContainerVerdict } from './verdict.ts';
import { describeVerdict, judgeContainer } from './verdict.ts';

export interface VerifyWorkloadDeps extends DeliverDeps, Pick<ReplayDeps, 'now' | 'sleep' | 'interruption'> {
  readonly connect: Connect;
  /** Since the epoch. */
  readonly wallClockMs: () => number;
  /** 32 hexadecimal digits that nobody guesses. */
  readonly randomRun: () => string;
}

export type VerifyWorkload = (workload: string, options: CanaryOptions) => Promise<Ending>;

/** 128 + SIGINT, as shells say it. */
const INTERRUPTED: Ending = { kind: 'passed-on', code: 130 };

export function createVerifyWorkload(deps: VerifyWorkloadDeps): VerifyWorkload {
  return async (name, options) => {
    const connection = connectTo(options, deps.connect);
    if (connection.kind !== 'ok') return connection;
    const subject = await readSubject(name, connection.value);
    if (subject.kind !== 'ok') return subject;
    const planned = await plan(subject.value, connection.value, options, deps);
    if (planned.kind !== 'ok') return planned;
    for (const line of planned.value.notes) deps.terminal.note(`flak: ${line}`);
    await removeLeftovers(connection.value, deps.wallClockMs());
    return verify(name, planned.value, connection.value, options, deps);
  };
}

async function plan(
  subject: Subject,
  connection: Connection,
  options: CanaryOptions,
  { terminal }: VerifyWorkloadDeps,
): Promise<Result<VerificationPlan>> {
  const profiles = await profilesOf(subject.workload, connection, terminal.note);
  if (profiles.kind !== 'ok') return profiles;
  const services = await readServices(connection);
  if (services.kind !== 'ok') return services;
  const { namespace } = connection;
  return planVerification({ subject, namespace, profiles: profiles.value, services: services.value, options });
}

const SERVICES = { apiVersion: 'v1', plural: 'services' } as const;
const serviceSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ selector: z.record(z.string(), z.string()).optional() }),
});

async function readServices({ cluster, namespace }: Connection): Promise<Result<Service[]>> {
  const listed = await cluster.list(SERVICES, namespace);
  if (listed.kind !== 'ok') return explainFailure(listed, 'list services, whose traffic the canaries must not get');
  return ok(
    listed.value.map((object) => {
      const { metadata, spec } = serviceSchema.parse(object);
      return { name: metadata.name, selector: spec.selector ?? {} };
    }),
  );
}

async function verify(
  name: string,
  { verified, run, podFor }: VerificationPlan,
  connection: Connection,
  options: CanaryOptions,
  deps: VerifyWorkloadDeps,
): Promise<Ending> {
  const { terminal, randomRun } = deps;
  const isInterrupted = (): boolean => deps.interruption.aborted;
  const replayDeps = { ...deps, ...connection, note: terminal.note };
  const play = (mode: 'log' | 'enforce'): Promise<Result<Replay>> => replay(podFor(randomRun(), mode), run, replayDeps);
  terminal.note(`flak: 1 of 2: a canary of ${name} runs with what the profile would deny only logged`);
  const logged = await play('log');
  if (isInterrupted()) return logged.kind === 'ok' ? INTERRUPTED : logged;
  if (logged.kind !== 'ok') return logged;
  let enforced: Replay | null = null;
  if (isClean(logged.value.end)) {
    terminal.note(`flak: 2 of 2: a canary of ${name} runs under the profile itself`);
    const second = await play('enforce');
    if (isInterrupted()) return second.kind === 'ok' ? INTERRUPTED : second;
    if (second.kind !== 'ok') return second;
    enforced = second.value;
  }
  return conclude({ name, verified, logged: logged.value, enforced }, connection, options, deps);
}

interface Played {
  readonly name: string;
  readonly verified: readonly ProfileAtHand[];
  readonly logged: Replay;
  readonly enforced: Replay | null;
}

async function conclude(
  { name, verified, logged, enforced }: Played,
  connection: Connection,
  options: CanaryOptions,
  deps: VerifyWorkloadDeps,
): Promise<Ending> {
  const runs = { log: logged.end, enforce: enforced?.end ?? null };
  const verdicts = verified.map((profile) => {
    const { container, rules, revision } = profile;
    const seen = {
      logged: logged.recorded.get(container) ?? null,
      enforced: enforced?.recorded.get(container) ?? null,
    };
    return judgeContainer({ container, profile: profile.name, rules, recorded: revision, ...seen }, runs);
  });
  tell(name, runs, verdicts, options, deps);
  const isVerified = verdicts.every((verdict) => verdict.verified);
  const proposed = isVerified ? DONE : await propose(verified, logged, enforced, options, deps);
  if (proposed.kind !== 'done') return proposed;
  for (const profile of verified) {
    if (!verdicts.some((verdict) => verdict.verified && verdict.profile === profile.name)) continue;
    const written = await writeVerified(profile, connection);
    if (written.kind !== 'ok') return written;
  }
  return isVerified ? DONE : finding(`${name} is not verified.`);
}

function tell(
  workload: string,
  runs: { readonly log: RunEnd; readonly enforce: RunEnd | null },
  containers: readonly ContainerVerdict[],
  { output }: CanaryOptions,
  { terminal }: VerifyWorkloadDeps,
): void {
  const verified = containers.every((verdict) => verdict.verified);
  if (output === 'json') terminal.out(toJson({ workload, runs, containers, verified }));
  for (const line of containers.flatMap(describeVerdict)) terminal.note(line);
}

/** The profile with what its canaries did, as one, in a file of its own: looked at before it is used. */
async function propose(
  [profile]: readonly ProfileAtHand[],
  logged: Replay,
  enforced: Replay | null,
  { propose: to }: CanaryOptions,
  { terminal, writeFile }: VerifyWorkloadDeps,
): Promise<Ending> {
  if (to === undefined || profile === undefined) return DONE;
  const seen = [logged, enforced].flatMap((run) => run?.recorded.get(profile.container) ?? []);
  const union = seen.reduce<Revision>(unionOfRevisions, profile.revision);
  const whole = { ...union, imageDigest: profile.revision.imageDigest };
  const file = toFlakFormat(profile.workload, profile.container, whole, declaredGroups());
  const written = await writeFile(to, toJson(file));
  if (written.kind !== 'ok') return written;
  terminal.note(
    `flak: wrote ${to}: the profile with what was found; look at it before you use it (flak diff ${profile.name} ${to}).`,
  );
  return DONE;
}
