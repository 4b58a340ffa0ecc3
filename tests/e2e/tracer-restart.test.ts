/** Row F6: tracers are killed while their targets make calls that they make only once; the ledger goes on without them. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { FLAK_NAMESPACE } from '../../webhook/names.ts';
import { processesIn } from '../cluster/machine/cgroups.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { recordFigure } from '../figure.ts';
import { independentCalls, recordedCalls, targetContainers } from './compare-recordings.ts';
import { collectFinalReports } from './final-reports.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { callsOnce, pythonContainer } from './python-programs.ts';
import type { MachineRecording } from './recorder-output.ts';
import { startRecorder } from './recorder.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { profilesOf, type StoredTrace, waitForPhases } from './stored-profiles.ts';
import { pod, TRACED } from './targets.ts';

/** How long each target's tracer runs before it is killed, in milliseconds; the kubelet waits 10 s before the second restart. */
const KILLS: Readonly<Record<string, readonly number[]>> = { early: [0, 1500], late: [3000, 0] };

/** Extended attributes, timers, message queues, directories, pipes, scheduling: x86_64 numbers of calls that fail at -1. */
const NUMBERS = [
  ...range(188, 199),
  ...range(222, 226),
  ...range(240, 245),
  ...range(253, 255),
  ...range(258, 269),
  ...range(275, 280),
  ...range(284, 287),
  ...range(290, 299),
  ...range(309, 312),
  ...range(314, 319),
  ...range(325, 329),
];
/** The calls are spread over some 50 s, so that every kill and every restart falls among them. */
const PAUSE_SECONDS = 0.7;

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

interface TracerPod {
  readonly metadata: { readonly uid: string };
  readonly status: {
    readonly containerStatuses: readonly {
      readonly containerID: string;
      readonly restartCount: number;
      readonly state: { readonly running?: object };
    }[];
  };
}

describe('a tracer that is killed', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;
  let machine: MachineRecording;
  let traces: readonly StoredTrace[];
  let killed = 0;
  const reportsOf = new Map<string, ReturnType<typeof targetContainers>>();

  /** Waits for the tracer's container of that life and kills it `afterMs` later. */
  async function killTracer(tracer: string, life: number, afterMs: number): Promise<void> {
    let cgroup = '';
    const isUp = async (): Promise<boolean> => {
      const { metadata, status } = await flak.kubectl.json<TracerPod>(['get', 'pod', tracer, '-n', FLAK_NAMESPACE]);
      const [container] = status.containerStatuses;
      // The kubelet's path for pods with requests and without equal limits, by the cgroupfs driver.
      cgroup = `kubepods/burstable/pod${metadata.uid}/${container?.containerID.replace('containerd://', '')}`;
      return container?.restartCount === life && container.state.running !== undefined;
    };
    await waitUntil(`${tracer} in its life ${life}`, isUp, { limitMs: 180_000 });
    await sleep(afterMs);
    const processes = processesIn(cgroup);
    assert.ok(processes.length > 0, `no process of ${tracer} runs`);
    for (const id of processes) process.kill(id, 'SIGKILL');
    killed += 1;
  }

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    const recorder = await startRecorder();
    const reports = await collectFinalReports(flak);
    namespace = await scratchNamespace(flak.kubectl, 'killed');
    try {
      const containers = [pythonContainer(flak.image('workbench'), 'main', callsOnce(NUMBERS, PAUSE_SECONDS))];
      const items = Object.keys(KILLS).map((name) =>
        pod(namespace.name, name, { labels: TRACED, spec: { restartPolicy: 'Never', containers } }),
      );
      await flak.kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      traces = await waitForPhases(flak.kubectl, namespace.name, items.length, ['Recording']);
      await Promise.all(
        traces.map(async ({ spec, status }) => {
          for (const [life, afterMs] of KILLS[spec.podName]?.entries() ?? []) {
            await killTracer(status?.tracer ?? '', life, afterMs);
          }
        }),
      );
      traces = await waitForPhases(flak.kubectl, namespace.name, items.length, ['Complete'], 120_000);
      for (const { spec } of traces) {
        reportsOf.set(spec.podName, targetContainers(await reports.of(spec.podUid)));
      }
    } finally {
      await reports.stop();
      machine = await recorder.stop();
    }
  });

  after(async () => {
    await namespace.remove();
  });

  it('loses no system call, although each was made only once', function () {
    assert.equal(reportsOf.size, Object.keys(KILLS).length);
    for (const [name, containers] of reportsOf) {
      const [main, ...more] = containers;
      assert.ok(main && more.length === 0, name);
      const independent = independentCalls(machine, main.containerId);
      assert.ok(independent.length > NUMBERS.length, name);
      assert.deepEqual(recordedCalls(main), independent, name);
    }
    recordFigure(this, `${killed} kills while ${reportsOf.size} targets made ${NUMBERS.length} calls each, none lost`);
  });

  it('is named in the profile as a note that lowers nothing', async () => {
    const profiles = await profilesOf(flak.kubectl, namespace.name);
    assert.deepEqual([...profiles.keys()].sort(), ['pod-early-main', 'pod-late-main']);
    for (const [name, { completeness }] of profiles) {
      assert.deepEqual(completeness, { level: 'observed', reasons: [], notes: ['tracer-restarted'] }, name);
    }
  });
});
