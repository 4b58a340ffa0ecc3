import assert from 'node:assert/strict';
import type { ContainerRecording, Report } from '../../../profile/recording.ts';
import { recordedReport } from '../profile/reports.ts';
import type { StoredObject } from './fakes.ts';
import { FakeCluster, runAgainst } from './fakes.ts';
import { cluster, trace, UID } from './running-pods.ts';

describe('flak snapshot', () => {
  const status = {
    phase: 'Recording',
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    containers: [{ name: 'nginx', image: 'nginx:1', imageDigest: 'nginx@sha256:1' }],
  };
  function recording(name: string | null, containerId = 'c1'): ContainerRecording {
    const calls = [{ nr: 0, firstSeenNs: '1' }];
    const entries: ContainerRecording['entries'] = [
      { abi: 'x86_64', origin: 'serving', calls, denied: [], arguments: [] },
    ];
    return { containerId, name, kind: 'container', runtime: 'runc', entries };
  }

  function state(report: Report): StoredObject {
    return {
      metadata: {
        name: `trace-${UID}`,
        namespace: 'flak-system',
        resourceVersion: '1',
        annotations: { 'flak.dev/report-digests': '{}' },
      },
      data: { report: JSON.stringify(report) },
    };
  }
  const stateOf = (...containers: ContainerRecording[]): StoredObject =>
    state(recordedReport({ kind: 'snapshot', containers }));
  const recorded = (more: Record<string, StoredObject[]> = {}): FakeCluster =>
    cluster({ traces: [trace('web-1', UID, status)], configmaps: [stateOf(recording('nginx'))], ...more });

  it('is the profile as recorded so far, and says of when', async () => {
    const { code, out, notes } = await runAgainst(recorded(), 'snapshot web-1');
    assert.equal(code, 0, notes);
    assert.equal(
      notes,
      'web-1, container nginx, as of 2025-01-01T00:01:00Z: observed: armed before the first instruction, 0 lost, 1 contributor\n',
    );
    assert.ok((JSON.parse(out) as { syscalls: { names: string[] }[] }).syscalls[0]?.names.includes('read'));
    const whole = JSON.parse((await runAgainst(recorded(), 'snapshot pod/web-1 -o json')).out) as Record<
      string,
      unknown
    >;
    assert.deepEqual([whole['format'], whole['container'], whole['image']], ['flak/v1', 'nginx', 'nginx:1']);
  });

  it('names recordings by the IDs of the pod where the node knew no name, and does without the pod', async () => {
    const unnamed = { configmaps: [stateOf(recording(null))] };
    assert.equal((await runAgainst(recorded(unnamed), 'snapshot web-1')).code, 0);
    const gone = await runAgainst(recorded({ ...unnamed, pods: [] }), 'snapshot web-1');
    assert.deepEqual([gone.code, /nothing is recorded of web-1 yet/.test(gone.notes)], [1, true]);
  });

  it('asks which container where there are several', async () => {
    const containers = [...status.containers, { name: 'log', image: 'log:1', imageDigest: '' }];
    const two = recorded({
      traces: [trace('web-1', UID, { ...status, containers })],
      configmaps: [stateOf(recording('nginx'), recording('log', 'c2'))],
    });
    const { code, notes } = await runAgainst(two, 'snapshot web-1');
    assert.equal(code, 2);
    assert.match(notes, /name one with -c: nginx, log/);
    assert.match((await runAgainst(two, 'snapshot web-1 -c log')).notes, /container log/);
    assert.match(
      (await runAgainst(two, 'snapshot web-1 -c nope')).notes,
      /nothing is recorded of container nope of web-1/,
    );
  });

  it('says why there is none', async () => {
    const { version, number, podUid, takenAt, node } = recordedReport({});
    const head = { version, number, podUid, takenAt, node };
    const refused = state({ ...head, kind: 'refused', refusal: 'no-btf', detail: 'no BTF here' });
    for (const [there, words] of [
      [cluster(), /pod web-1 is not traced; `flak trace start pod.name=web-1` begins/],
      [
        cluster({ traces: [trace('web-1', UID, { phase: 'Untraced', message: 'the node is full' })] }),
        /is Untraced \(the node is full\)/,
      ],
      [cluster({ traces: [{ ...trace('web-1', UID, {}), status: undefined }] }), /the trace of web-1 is Pending; /],
      [recorded({ configmaps: [] }), /no report of web-1 has arrived yet/],
      [recorded({ configmaps: [refused] }), /nothing is recorded of web-1: no BTF here/],
      [new FakeCluster({}), /not installed/],
    ] as const) {
      const { code, notes } = await runAgainst(there, 'snapshot web-1');
      assert.equal(code, 1, notes);
      assert.match(notes, words);
    }
  });

  it('says who may not read it', async () => {
    for (const what of [`get configmaps/trace-${UID}`, 'get pods/web-1']) {
      const there = recorded();
      there.answers.set(what, [{ kind: 'refused', status: 403, message: 'forbidden' }]);
      assert.equal((await runAgainst(there, 'snapshot web-1')).code, 3, what);
    }
  });
});
