/** What a verification does, decided from the workload, its profiles and the options before anything is made. Pure. */
import type { ReplayRequest } from '../../../profile/placement.ts';
import type { Result } from '../../ending.ts';
import { finding, ok, usage } from '../../ending.ts';
import { canaryName, canaryPod, claimsOf, containersOf, obstacleIn, presentFilter } from './canary.ts';
import type { CanaryOptions } from './options.ts';
import { CANARY_TIMES } from './options.ts';
import type { ProfileAtHand } from './profiles.ts';
import type { RunPlan } from './run-end.ts';
import type { Service } from './selectors.ts';
import { keepLabels } from './selectors.ts';
import type { Subject } from './subject.ts';

export interface VerificationPlan {
  /** The profiles that are verified, in the order of the template's containers. */
  readonly verified: readonly ProfileAtHand[];
  readonly run: RunPlan;
  /** What a person should know before. */
  readonly notes: readonly string[];
  /** @param run 32 hexadecimal digits, another one for each pod */
  readonly podFor: (run: string, mode: ReplayRequest['mode']) => object;
}

export interface PlanFacts {
  readonly subject: Subject;
  readonly namespace: string;
  readonly profiles: ReadonlyMap<string, ProfileAtHand>;
  readonly services: readonly Service[];
  readonly options: CanaryOptions;
}

/** Beside the times that are asked for: the gate's own, and what a deletion takes. */
const RESERVE_SECONDS = 120;
/** What a gate may be told to wait (webhook/admission/decide.ts). */
const MAX_GATE_SECONDS = 600;

export function planVerification(facts: PlanFacts): Result<VerificationPlan> {
  const { subject, namespace, services, options } = facts;
  const chosen = chooseProfiles(facts);
  if (chosen.kind !== 'ok') return chosen;
  const labels = keepLabels({
    labels: subject.template.metadata?.labels ?? {},
    owner: subject,
    services,
    withTraffic: options.withTraffic === true,
  });
  if (labels.kind === 'inseparable')
    return usage(
      `with the labels that ${labels.services.join(', ')} selects by, ${subject.workload.kind} ${subject.workload.name} would take the canary for its own; leave --with-traffic out.`,
    );
  const run = timesOf(subject, options);
  const deadlineSeconds = Math.ceil((run.forMs + run.readyTimeoutMs) / 1000) + RESERVE_SECONDS;
  const gateSeconds = Math.min(MAX_GATE_SECONDS, Math.ceil(run.readyTimeoutMs / 1000));
  const containers = Object.fromEntries(
    chosen.value.map((profile) => [profile.container, requestFor(profile, subject)]),
  );
  return ok({
    verified: chosen.value,
    run,
    notes: notesOf(facts, chosen.value, labels.services),
    podFor: (id, mode) =>
      canaryPod({
        subject,
        namespace,
        name: canaryName(subject.workload.name, id, mode),
        labels: labels.labels,
        request: { run: id, mode, containers },
        deadlineSeconds,
        gateSeconds,
      }),
  });
}

function chooseProfiles({ subject, profiles, options }: PlanFacts): Result<readonly ProfileAtHand[]> {
  const containers = containersOf(subject.template);
  const { container: wanted } = options;
  if (wanted !== undefined && !containers.some(({ name }) => name === wanted))
    return usage(`there is no container ${wanted}; there are ${containers.map(({ name }) => name).join(', ')}.`);
  const meant = containers.filter(({ name }) => wanted === undefined || name === wanted);
  const chosen = meant.flatMap(({ name }) => profiles.get(name) ?? []);
  const { kind, name } = subject.workload;
  if (chosen.length === 0)
    return finding(
      `nothing is stored of ${kind} ${name}${wanted === undefined ? '' : `, container ${wanted}`}; trace it first (flak trace start).`,
    );
  if (options.propose !== undefined && chosen.length > 1)
    return usage(
      `--propose is about one profile; name a container with -c: ${chosen.map((one) => one.container).join(', ')}.`,
    );
  const claims = claimsOf(subject);
  for (const container of meant.filter((one) => profiles.has(one.name))) {
    const obstacle = obstacleIn(container, claims);
    if (obstacle !== null) return usage(`container ${container.name} can't be verified: ${obstacle}.`);
  }
  return ok(chosen);
}

function requestFor(
  { name, container, status }: ProfileAtHand,
  { template }: Subject,
): ReplayRequest['containers'][string] {
  const own = containersOf(template).find((one) => one.name === container);
  const wasMasked = status.completeness.notes.includes('masked-by-filter');
  return { profile: name, present: own ? presentFilter(template, own, wasMasked) : 'default' };
}

function timesOf({ runsToEnd }: Subject, options: CanaryOptions): RunPlan {
  const { serves, works, ready } = CANARY_TIMES;
  const forSeconds = options.untilReady === true ? 0 : (options.for ?? (runsToEnd ? works : serves));
  return { forMs: forSeconds * 1000, readyTimeoutMs: (options.readyTimeout ?? ready) * 1000, runsToEnd };
}

function notesOf(
  { subject, options }: PlanFacts,
  verified: readonly ProfileAtHand[],
  services: readonly string[],
): string[] {
  const without = containersOf(subject.template).filter(
    ({ name }) => !verified.some(({ container }) => container === name),
  );
  const claims = claimsOf(subject);
  return [
    ...(without.length > 0 ? [`not verified, and run as they are: ${without.map(({ name }) => name).join(', ')}`] : []),
    ...(claims.length > 0
      ? [`claims can't be shared with the workload: the canaries have empty folders for ${claims.join(', ')}`]
      : []),
    ...(services.length > 0 && options.withTraffic !== true
      ? [
          `the canaries get no traffic of ${services.join(', ')} (--with-traffic): drive them yourself, or only their start is verified`,
        ]
      : []),
    ...(services.length === 0 && options.withTraffic === true
      ? ['no Service selects the workload: there is no traffic']
      : []),
  ];
}
