/** Row F2: many pods, one after the other through the gate, beside the independent recorder's clock. */
import assert from 'node:assert/strict';
import { uptime } from 'node:os';
import type { Context } from 'mocha';
import { recordFigure } from '../figure.ts';
import { collectFinalReports } from './final-reports.ts';
import { cgroupsOf, independentCalls, recordedCalls, targetContainers } from './compare-recordings.ts';
import type { FlakCluster } from './flak-cluster.ts';
import type { ObservedPod } from './observe.ts';
import { startRecorder } from './recorder.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { waitForPhases } from './stored-profiles.ts';
import { job, shellContainer, TRACED } from './targets.ts';

/** Below the cap of tracers per node (10), with room for as many tracers that are just leaving. */
const AT_ONCE = 4;

/** One traced pod. Instants are milliseconds since the epoch. */
export interface GatedPod {
  readonly name: string;
  readonly armedAtMs: number;
  /** First system call of any container but the gate's and the pause container's. */
  readonly firstCallMs: number;
  readonly recorded: readonly string[];
  readonly independent: readonly string[];
}

/** Has a Job of short-lived pods run, traces all of them, and gives what both recorders say of each. */
export async function runGatedPods(flak: FlakCluster, count: number): Promise<readonly GatedPod[]> {
  const recorder = await startRecorder();
  const reports = await collectFinalReports(flak);
  const namespace = await scratchNamespace(flak.kubectl, 'gate');
  const bootMs = bootInstantMs();
  try {
    const pods = await runJob(flak, namespace.name, count);
    const machine = await recorder.stop();
    const seen = await Promise.all(pods.map(async (one) => ({ ...one, report: await reports.of(one.metadata.uid) })));
    return seen.map(({ metadata: { name }, report }) => {
      const [container, ...more] = targetContainers(report);
      assert.ok(container && more.length === 0, JSON.stringify(report.containers));
      const first = cgroupsOf(machine, container.containerId).map((id) => machine.firstNs.get(id) ?? 0n);
      assert.equal(first.length, 1, name);
      return {
        name,
        armedAtMs: Date.parse(report.armedAt),
        firstCallMs: bootMs + Number(first[0]) / 1e6,
        recorded: recordedCalls(container),
        independent: independentCalls(machine, container.containerId),
      };
    });
  } finally {
    await reports.stop();
    await recorder.stop();
    await namespace.remove();
  }
}

/** Each recording began before its target did. Records the closest call. */
export function assertArmedFirst(context: Context, pods: readonly GatedPod[]): void {
  for (const { name, armedAtMs, firstCallMs } of pods) {
    assert.ok(armedAtMs < firstCallMs, `${name} was armed at ${armedAtMs} and called at ${firstCallMs}`);
  }
  const margins = pods.map(({ armedAtMs, firstCallMs }) => firstCallMs - armedAtMs).sort((a, b) => a - b);
  const [closest = 0] = margins;
  recordFigure(
    context,
    `${pods.length} pods; the earliest call of a target came ${Math.floor(closest)} ms after arming`,
  );
}

export function assertNothingLost(pods: readonly GatedPod[]): void {
  for (const { name, recorded, independent } of pods) assert.deepEqual(recorded, independent, name);
}

async function runJob(flak: FlakCluster, namespace: string, count: number): Promise<readonly ObservedPod[]> {
  const spec = { containers: [shellContainer(flak.image('workbench'), 'main', 'mkdir /tmp/brief')] };
  const object = job(namespace, 'brief', { labels: TRACED, spec }, { completions: count, parallelism: AT_ONCE });
  await flak.kubectl.run(['create', '-f', '-'], JSON.stringify(object));
  const limit = `--timeout=${60 + count * 10}s`;
  await flak.kubectl.run(['wait', '--for=condition=Complete', 'job/brief', limit, '-n', namespace]);
  const traces = await waitForPhases(flak.kubectl, namespace, count, ['Complete', 'Untraced']);
  assert.deepEqual(
    traces.filter(({ status }) => status?.phase !== 'Complete').map(({ status }) => status?.reason),
    [],
  );
  return (await flak.kubectl.json<{ items: ObservedPod[] }>(['get', 'pods', '-n', namespace])).items;
}

/**
 * When the machine booted by the wall clock, so that an instant of the boot clock can be compared with `armedAt`.
 * /proc/uptime, which os.uptime reads, is cut to 10 ms: the smallest of many differences is the one just after a tick.
 */
function bootInstantMs(): number {
  const until = performance.now() + 50;
  let smallest = Infinity;
  while (performance.now() < until) smallest = Math.min(smallest, Date.now() - uptime() * 1000);
  return smallest;
}
