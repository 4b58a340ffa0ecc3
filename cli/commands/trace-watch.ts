/** `flak trace watch`. */
import type { Command } from 'commander';
import { describeReasons } from '../../profile/completeness.ts';
import { KINDS } from '../../webhook/kube/kinds.ts';
import { listAs } from '../cluster.ts';
import type { Connect, PlaceOptions } from '../connection.ts';
import type { Ending, Result } from '../ending.ts';
import { DONE, finding, ok } from '../ending.ts';
import type { TraceObject } from '../objects.ts';
import { traceObjectSchema } from '../objects.ts';
import type { Ended } from '../registration.ts';
import { examples, jsonOutput, seconds, withConnection, withNamespace } from '../registration.ts';
import type { TargetPlace } from '../targets/place.ts';
import { placeOf } from '../targets/place.ts';
import { findPods } from '../targets/pods.ts';
import { SELECTOR_ARGUMENT } from '../targets/selector.ts';
import type { Terminal } from '../terminal.ts';

interface TraceWatchOptions extends PlaceOptions {
  readonly timeout?: number;
  readonly output?: 'json';
}

interface Deps {
  readonly connect: Connect;
  readonly terminal: Terminal;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const POLL_MS = 1000;

export function addTraceWatch(parent: Command, deps: Deps, ended: Ended): void {
  withNamespace(withConnection(parent.command('watch')))
    .description('follow the traces of pods that run now, until all have ended (or Ctrl-C)')
    .argument('<selector>', SELECTOR_ARGUMENT)
    .option('--timeout <seconds>', 'end with code 1 when traces go on longer', seconds)
    .addOption(jsonOutput())
    .addHelpText(
      'after',
      examples('flak trace watch deploy/web', 'flak trace watch pod.label.job=migrate --timeout 300 -o json'),
    )
    .action(async (selector: string, options: TraceWatchOptions) => {
      ended(await watchTraces(selector, options, deps));
    });
}

/** One line for each change of a trace; with `-o json` one object per line. */
async function watchTraces(text: string, options: TraceWatchOptions, deps: Deps): Promise<Ending> {
  const place = placeOf(text, options, deps.connect);
  if (place.kind !== 'ok') return place;
  const { cluster, namespace } = place.value;
  const isMeant = await tracesOf(place.value);
  if (isMeant.kind !== 'ok') return isMeant;
  const deadlineMs = options.timeout === undefined ? Infinity : deps.now() + options.timeout * 1000;
  const told = new Map<string, string>();
  for (;;) {
    const traces = await listAs(cluster, KINDS.traces, namespace, traceObjectSchema, () => undefined);
    if (traces.kind !== 'ok') return traces;
    const meant = traces.value.filter(isMeant.value);
    for (const trace of meant) tell(trace, told, options, deps.terminal);
    if (meant.length > 0 && meant.every(hasEnded)) return DONE;
    if (deps.now() >= deadlineMs)
      return finding(`not ended after ${options.timeout ?? 0} s; watch again, or delete the pod to end its trace.`);
    await deps.sleep(POLL_MS);
  }
}

/** Pods may be gone already, and their traces still be of interest, where the selector names one. */
async function tracesOf({
  cluster,
  namespace,
  selector,
}: TargetPlace): Promise<Result<(trace: TraceObject) => boolean>> {
  if (selector.kind === 'pods' && selector.podName !== null && selector.labels === '')
    return ok(({ spec }) => spec.podName === selector.podName);
  const pods = await findPods(cluster, namespace, selector);
  if (pods.kind !== 'ok') return pods;
  const uids = new Set(pods.value.map(({ uid }) => uid));
  return ok(({ spec }) => uids.has(spec.podUid));
}

function hasEnded({ status }: TraceObject): boolean {
  return status?.phase === 'Complete' || status?.phase === 'Untraced';
}

function tell(trace: TraceObject, told: Map<string, string>, { output }: TraceWatchOptions, terminal: Terminal): void {
  const { metadata, spec, status } = trace;
  const { phase = 'Pending', reason, message, completeness, profiles } = status ?? {};
  const level =
    completeness &&
    `${completeness.level}${completeness.reasons.length > 0 ? `(${describeReasons(completeness).join(', ')})` : ''}`;
  const line = [spec.podName, phase, message ?? reason, level, profiles?.join(', ')].filter(Boolean).join('  ');
  if (told.get(metadata.name) === line) return;
  told.set(metadata.name, line);
  terminal.out(output === 'json' ? `${JSON.stringify({ ...metadata, ...spec, ...status })}\n` : `${line}\n`);
}
