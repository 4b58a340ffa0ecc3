/** `flak snapshot`. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { describeCompleteness } from '../../profile/completeness.ts';
import type { TargetContainer } from '../../profile/contribution.ts';
import { contributionsOf } from '../../profile/contribution.ts';
import { declaredGroups } from '../../profile/declared-groups.ts';
import { toFlakFormat } from '../../profile/flak-format.ts';
import { mergeContribution } from '../../profile/merge.ts';
import type { RecordedReport } from '../../profile/recording.ts';
import type { Workload } from '../../profile/syscall-profile.ts';
import { KINDS } from '../../webhook/kube/kinds.ts';
import { parseTraceState, traceStateName } from '../../webhook/kube/trace-state.ts';
import { FLAK_NAMESPACE } from '../../webhook/names.ts';
import type { Cluster } from '../cluster.ts';
import { explainFailure, listAs } from '../cluster.ts';
import type { Connect, PlaceOptions } from '../connection.ts';
import { connectTo } from '../connection.ts';
import type { DeliverDeps } from '../deliver.ts';
import { deliver, TO_OPTION, toJson } from '../deliver.ts';
import type { Ending, Result } from '../ending.ts';
import { finding, ok, usage } from '../ending.ts';
import type { TraceObject } from '../objects.ts';
import { traceObjectSchema } from '../objects.ts';
import type { Ended } from '../registration.ts';
import { examples, jsonOutput, withConnection, withNamespace } from '../registration.ts';

interface SnapshotOptions extends PlaceOptions {
  readonly container?: string;
  readonly format: 'oci' | 'flak';
  readonly to?: string;
  readonly output?: 'json';
}

export interface SnapshotDeps extends DeliverDeps {
  readonly connect: Connect;
}

export function addSnapshot(parent: Command, deps: SnapshotDeps, ended: Ended): void {
  withNamespace(withConnection(parent.command('snapshot')))
    .description('the profile of a pod as recorded so far; the pod and its trace go on')
    .argument('<pod>', 'name of a traced pod')
    .option('-c, --container <container>', 'which of its containers')
    .addOption(new Option('--format <format>', 'as of profile get').choices(['oci', 'flak']).default('oci'))
    .option(...TO_OPTION)
    .addOption(jsonOutput())
    .addHelpText(
      'after',
      examples(
        'flak snapshot web-7d9c6b5f4-2x4kq -c nginx > now.json',
        'flak snapshot web-0 --format flak | flak explain -',
      ),
    )
    .action(async (pod: string, options: SnapshotOptions) => {
      ended(await snapshot(pod, options, deps));
    });
}

async function snapshot(pod: string, options: SnapshotOptions, deps: SnapshotDeps): Promise<Ending> {
  const connection = connectTo(options, deps.connect);
  if (connection.kind !== 'ok') return connection;
  const { cluster, namespace } = connection.value;
  const trace = await openTraceOf(cluster, namespace, pod.replace(/^pods?\//, ''), deps.terminal.note);
  if (trace.kind !== 'ok') return trace;
  const report = await newestReport(cluster, trace.value);
  if (report.kind !== 'ok') return report;
  const ids = await containerIds(cluster, trace.value);
  if (ids.kind !== 'ok') return ids;
  const containers = (trace.value.status?.containers ?? []).map((container): TargetContainer => ({
    ...container,
    containerIds: ids.value.get(container.name) ?? [],
  }));
  const { podName, podUid } = trace.value.spec;
  const target = { podName, podUid, containers, endedAt: report.value.takenAt, extraReasons: [] };
  const chosen = chooseContainer(contributionsOf(report.value, target), options.container, podName);
  if (chosen.kind !== 'ok') return chosen;
  const groups = declaredGroups();
  const [newest] = mergeContribution(undefined, chosen.value.contribution, { groups }).revisions;
  if (!newest) return finding('nothing has been recorded yet; try again in some seconds.');
  const workload: Workload = trace.value.status?.workload ?? { apiVersion: 'v1', kind: 'Pod', name: podName };
  const profile = toFlakFormat(workload, chosen.value.name, newest, groups);
  deps.terminal.note(
    `${podName}, container ${chosen.value.name}, as of ${report.value.takenAt}: ${describeCompleteness(newest)}`,
  );
  const whole = options.format === 'flak' || options.output === 'json';
  return deliver(toJson(whole ? profile : profile.seccomp), options.to, deps);
}

async function openTraceOf(
  cluster: Cluster,
  namespace: string,
  pod: string,
  note: (text: string) => void,
): Promise<Result<TraceObject>> {
  const traces = await listAs(cluster, KINDS.traces, namespace, traceObjectSchema, note);
  if (traces.kind !== 'ok') return traces;
  const own = traces.value.filter(({ spec }) => spec.podName === pod);
  const open = own.find(({ status }) => status?.phase === 'Recording' || status?.phase === 'Flushing');
  if (open) return ok(open);
  const [last] = own;
  if (!last) return finding(`pod ${pod} is not traced; \`flak trace start pod.name=${pod}\` begins.`);
  const { phase = 'Pending', message, reason } = last.status ?? {};
  const why = message ?? reason;
  return finding(
    `the trace of ${pod} is ${phase}${why === undefined ? '' : ` (${why})`}; \`flak profile get ${pod}\` has what is stored.`,
  );
}

async function newestReport(cluster: Cluster, { spec }: TraceObject): Promise<Result<RecordedReport>> {
  const name = traceStateName(spec.podUid);
  const got = await cluster.resource(KINDS.configMaps).get(FLAK_NAMESPACE, name);
  if (got.kind === 'not-found')
    return finding(`no report of ${spec.podName} has arrived yet; try again in some seconds.`);
  if (got.kind !== 'ok') return explainFailure(got, `read configmaps/${name} in ${FLAK_NAMESPACE}`);
  const { report } = parseTraceState(got.value);
  return report.kind === 'refused' ? finding(`nothing is recorded of ${spec.podName}: ${report.detail}.`) : ok(report);
}

const statusSchema = z.object({ name: z.string(), containerID: z.string().optional() });
const podSchema = z.object({
  status: z
    .object({
      containerStatuses: z.array(statusSchema).optional(),
      initContainerStatuses: z.array(statusSchema).optional(),
      ephemeralContainerStatuses: z.array(statusSchema).optional(),
    })
    .optional(),
});

/** For recordings whose record on the node was gone; none where the pod is. */
async function containerIds(
  cluster: Cluster,
  { metadata, spec }: TraceObject,
): Promise<Result<ReadonlyMap<string, string[]>>> {
  const got = await cluster.resource(KINDS.pods).get(metadata.namespace, spec.podName);
  if (got.kind === 'not-found') return ok(new Map());
  if (got.kind !== 'ok') return explainFailure(got, `read pods/${spec.podName}`);
  const { status } = podSchema.parse(got.value);
  const all = [status?.containerStatuses, status?.initContainerStatuses, status?.ephemeralContainerStatuses];
  return ok(
    new Map(all.flatMap((list) => list ?? []).map(({ name, containerID }) => [name, containerID ? [containerID] : []])),
  );
}

type Contributions = ReturnType<typeof contributionsOf>;

function chooseContainer(contributions: Contributions, wanted: string | undefined, pod: string) {
  const names = [...contributions.keys()].filter((name) => wanted === undefined || name === wanted);
  const [name, ...others] = names;
  const contribution = name === undefined ? undefined : contributions.get(name);
  if (name === undefined || !contribution)
    return finding(
      `nothing is recorded of ${wanted === undefined ? pod : `container ${wanted} of ${pod}`} yet; try again in some seconds.`,
    );
  if (others.length > 0) return usage(`${pod} has several containers; name one with -c: ${names.join(', ')}.`);
  return ok({ name, contribution });
}
