/** Flak's recordings beside those of a recorder that shares no code with it: equal for every container, over all origins. */
import assert from 'node:assert/strict';
import { declaredGroups } from '../../profile/declared-groups.ts';
import { isMadeByWorkload } from '../../profile/calls.ts';
import type { ContainerRecording } from '../../profile/recording.ts';
import type { SeccompProfile } from '../../profile/seccomp.ts';
import type { SyscallProfileStatus } from '../../profile/syscall-profile.ts';
import { recordFigure } from '../figure.ts';
import { deniedCalls, independentCalls, recordedCalls, targetContainers } from './compare-recordings.ts';
import { collectFinalReports } from './final-reports.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import type { ObservedPod } from './observe.ts';
import { callsInRounds, MANY_WAYS, pythonContainer } from './python-programs.ts';
import type { MachineRecording } from './recorder-output.ts';
import { startRecorder } from './recorder.ts';
import { addressOf, ANSWERED, askNginx } from './requests.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { profilesOf, waitForPhases } from './stored-profiles.ts';
import { nginxContainer, pod, shellContainer, TRACED } from './targets.ts';

/** Calls that nothing else in these pods makes: times, getitimer, getpgid, getpriority; sched_getscheduler, getsid, getrusage, msync. */
const LEFT = [100, 36, 121, 140];
const RIGHT = [145, 124, 98, 26];
const LEFT_NAMES = ['times', 'getitimer', 'getpgid', 'getpriority'];
const RIGHT_NAMES = ['sched_getscheduler', 'getsid', 'getrusage', 'msync'];

const RUNTIME_DEFAULT = { seccompProfile: { type: 'RuntimeDefault' } };

function targets(flak: FlakCluster, namespace: string): object[] {
  const shell = flak.image('workbench');
  const target = (name: string, spec: Record<string, unknown>) => pod(namespace, name, { labels: TRACED, spec });
  const ending = (name: string, container: object, spec: Record<string, unknown> = {}) =>
    target(name, { restartPolicy: 'Never', containers: [container], ...spec });
  return [
    target('web', { containers: [nginxContainer(flak.image('nginx'))] }),
    target('parts', {
      initContainers: [
        { ...shellContainer(shell, 'sidecar', 'while :; do sleep 0.1; done'), restartPolicy: 'Always' },
        shellContainer(shell, 'prepare', 'ln -s /tmp /tmp/prepared'),
      ],
      containers: [{ ...shellContainer(shell, 'main', ''), command: ['sleep', '600'] }],
    }),
    target('python', {
      containers: [
        {
          ...pythonContainer(shell, 'main', MANY_WAYS),
          readinessProbe: { exec: { command: ['test', '-e', '/tmp/ready'] }, periodSeconds: 1 },
        },
      ],
    }),
    ending(
      'threads',
      { ...shellContainer(shell, 'main', ''), command: ['threads', '2'] },
      { securityContext: RUNTIME_DEFAULT },
    ),
    ending('brief', { ...shellContainer(shell, 'main', ''), command: ['true'] }),
    ending('left', pythonContainer(shell, 'main', callsInRounds(LEFT, 100))),
    ending('right', pythonContainer(shell, 'main', callsInRounds(RIGHT, 100))),
  ];
}

describe("Flak's recordings beside an independent recorder's", () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;
  let machine: MachineRecording;
  let profiles: Map<string, SyscallProfileStatus>;
  /** `<pod>/<container>`, in the order of the targets. */
  const recordings = new Map<string, ContainerRecording>();

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    const recorder = await startRecorder();
    const reports = await collectFinalReports(flak);
    namespace = await scratchNamespace(flak.kubectl, 'recorder');
    const inNamespace = ['-n', namespace.name, '--timeout=360s'];
    const { kubectl } = flak;
    try {
      const items = targets(flak, namespace.name);
      await kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      await kubectl.run(['wait', '--for=condition=Ready', 'pod/web', 'pod/parts', 'pod/python', ...inNamespace]);
      assert.deepEqual(await askNginx(await addressOf(kubectl, namespace.name, 'web')), ANSWERED);
      await kubectl.run(['exec', 'python', '-n', namespace.name, '--', 'mkdir', '/tmp/joined']);
      const ending = ['pod/threads', 'pod/brief', 'pod/left', 'pod/right'];
      await kubectl.run(['wait', '--for=jsonpath={.status.phase}=Succeeded', ...ending, ...inNamespace]);
      const pods = await kubectl.json<{ items: ObservedPod[] }>(['get', 'pods', '-n', namespace.name]);
      await kubectl.run(['delete', 'pod', 'web', 'parts', 'python', ...inNamespace]);
      await waitForPhases(kubectl, namespace.name, items.length, ['Complete']);
      for (const { metadata } of pods.items) {
        for (const one of targetContainers(await reports.of(metadata.uid)))
          recordings.set(`${metadata.name}/${one.name}`, one);
      }
      profiles = await profilesOf(kubectl, namespace.name);
    } finally {
      await reports.stop();
      machine = await recorder.stop();
    }
  });

  after(async () => {
    await namespace.remove();
  });

  it('hold every container of every target', () => {
    assert.deepEqual([...recordings.keys()].sort(), [
      'brief/main',
      'left/main',
      'parts/main',
      'parts/prepare',
      'parts/sidecar',
      'python/main',
      'right/main',
      'threads/main',
      'web/nginx',
    ]);
  });

  it('are equal to them for every container over all origins, with nothing missing and nothing added', function () {
    let pairs = 0;
    for (const [name, recording] of recordings) {
      const expected = independentCalls(machine, recording.containerId);
      assert.deepEqual(recordedCalls(recording), expected, name);
      pairs += expected.length;
    }
    assert.ok(recordings.get('python/main')?.entries.some(({ abi }) => abi === 'i386'));
    assert.ok(recordings.get('python/main')?.entries.some(({ origin }) => origin === 'exec:foreign'));
    recordFigure(
      this,
      `${recordings.size} containers, ${pairs} pairs of interface and number, none missing, none added`,
    );
  });

  it('keep calls that a filter answered apart from those that the kernel answered', () => {
    for (const [name, recording] of recordings) {
      const made = new Set(independentCalls(machine, recording.containerId));
      const onlyDenied = deniedCalls(recording).filter((call) => !recordedCalls(recording).includes(call));
      assert.deepEqual(
        onlyDenied.filter((call) => made.has(call)),
        [],
        name,
      );
    }
    const threads = recordings.get('threads/main');
    assert.ok(threads && deniedCalls(threads).includes('x86_64 clone3'), JSON.stringify(threads?.entries));
  });

  it('keep two pods on one node apart', () => {
    const left = (profiles.get('pod-left-main')?.revisions[0]?.calls ?? []).map(({ name }) => name);
    const right = (profiles.get('pod-right-main')?.revisions[0]?.calls ?? []).map(({ name }) => name);
    for (const name of LEFT_NAMES) assert.ok(left.includes(name) && !right.includes(name), name);
    for (const name of RIGHT_NAMES) assert.ok(right.includes(name) && !left.includes(name), name);
  });

  it('become profiles whose extras are only their declared groups', () => {
    const groups = declaredGroups().flatMap(({ calls }) => calls);
    assert.equal(profiles.size, recordings.size);
    for (const [name, status] of profiles) {
      const calls = status.revisions[0]?.calls ?? [];
      const made = new Set(calls.filter(isMadeByWorkload).map((call) => call.name));
      const denied = new Set(calls.filter(({ errno }) => errno !== undefined).map((call) => call.name));
      const { syscalls } = JSON.parse(status.seccomp) as SeccompProfile;
      const rules = syscalls.flatMap(({ names, action, args }) => names.map((call) => ({ call, action, args })));
      const allowed = new Set(rules.filter(({ action }) => action === 'SCMP_ACT_ALLOW').map(({ call }) => call));
      assert.deepEqual(
        [...made].filter((call) => !allowed.has(call)),
        [],
        `${name} lacks what was recorded`,
      );
      const isDeclared = ({ call, action, args }: (typeof rules)[number]): boolean =>
        groups.some(
          (group) =>
            group.name === call &&
            (group.errno === undefined) === (action === 'SCMP_ACT_ALLOW') &&
            JSON.stringify(group.args) === JSON.stringify(args) &&
            (group.beside?.some((beside) => made.has(beside)) ?? true),
        );
      const extras = rules.filter(({ call, action }) => !(action === 'SCMP_ACT_ALLOW' ? made : denied).has(call));
      assert.deepEqual(
        extras.filter((rule) => !isDeclared(rule)),
        [],
        `${name} allows more`,
      );
    }
  });
});
