/** Who called what: start-up and serving, probes and hooks, strangers, and a container that is added for debugging. */
import assert from 'node:assert/strict';
import type { SyscallProfileStatus } from '../../profile/syscall-profile.ts';
import { parseTraceState, traceStateName } from '../../webhook/kube/trace-state.ts';
import { FLAK_NAMESPACE } from '../../webhook/names.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import { type FlakCluster, flakCluster } from './flak-cluster.ts';
import { type ObservedPod, waitForTrace } from './observe.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { madeBy, profilesOf } from './stored-profiles.ts';
import { pod, TRACED } from './targets.ts';

/** Calls that no C library, shell or Python makes unasked; each has one maker here. */
const CALLS = {
  startup: ['getpriority', 140],
  serving: ['sched_get_priority_max', 146],
  probe: ['sched_get_priority_min', 147],
  hook: ['sched_getscheduler', 145],
  stranger: ['times', 100],
  debugger: ['sched_rr_get_interval', 148],
} as const;
type Maker = keyof typeof CALLS;

const PRELUDE = 'import ctypes, os, sys, time; call = lambda nr: ctypes.CDLL(None).syscall(ctypes.c_long(nr), -1, -1)';
const python = (program: string, ...args: string[]): string[] => [
  '/usr/bin/python3',
  '-c',
  `${PRELUDE}\n${program}`,
  ...args,
];
const calls = (maker: Maker): string => `call(${CALLS[maker][1]})`;

const MAIN = `${calls('startup')}
open('/tmp/up', 'w').close()
while not os.path.exists('/tmp/go'): time.sleep(0.2)
${calls('serving')}
open('/tmp/went', 'w').close()
while True: time.sleep(0.2)`;

/** The kubelet puts the number in; without that the ledger would look for another command. */
const PROBE = `call(int(sys.argv[1])); sys.exit(sys.argv[2] != '$' or not os.path.exists('/tmp/up'))`;

describe('origins', () => {
  let flak: FlakCluster;
  let namespace: Awaited<ReturnType<typeof scratchNamespace>>;
  let main: SyscallProfileStatus | undefined;
  let debug: SyscallProfileStatus | undefined;

  const target = (): object => {
    const container = {
      name: 'main',
      image: flak.image('workbench'),
      imagePullPolicy: 'IfNotPresent',
      command: python(MAIN),
      env: [{ name: 'NUMBER', value: String(CALLS.probe[1]) }],
      readinessProbe: { periodSeconds: 1, timeoutSeconds: 10, exec: { command: python(PROBE, '$(NUMBER)', '$$') } },
      lifecycle: { postStart: { exec: { command: python(calls('hook')) } } },
    };
    const spec = { terminationGracePeriodSeconds: 1, containers: [container] };
    return pod(namespace.name, 'target', { labels: TRACED, spec });
  };
  const inMain = (...command: readonly string[]): Promise<string> =>
    flak.kubectl.run(['exec', 'target', '-c', 'main', '-n', namespace.name, '--', ...command]);

  async function isServing(podUid: string): Promise<boolean> {
    const read = ['get', 'configmap', traceStateName(podUid), '-n', FLAK_NAMESPACE, '--ignore-not-found'];
    const text = await flak.kubectl.run([...read, '-o', 'json']);
    if (text === '') return false;
    const { report } = parseTraceState(JSON.parse(text));
    assert.ok(report.kind !== 'refused');
    return report.containers.some(
      ({ name, entries }) => name === 'main' && entries.some(({ origin }) => origin === 'serving'),
    );
  }

  before(async function () {
    this.timeout(1_800_000);
    flak = await flakCluster();
    namespace = await scratchNamespace(flak.kubectl, 'origins');
    const { metadata } = await flak.kubectl.json<ObservedPod>(['create', '-f', '-'], JSON.stringify(target()));
    await flak.kubectl.run(['wait', '--for=condition=Ready', 'pod/target', '--timeout=360s', '-n', namespace.name]);
    await inMain(...python(calls('stranger')));
    const image = ['--image', flak.image('workbench'), '--image-pull-policy=IfNotPresent', '-c', 'debugger'];
    const debugging = ['debug', 'pod/target', '-n', namespace.name, ...image, '--profile=general', '--'];
    await flak.kubectl.run([...debugging, ...python(calls('debugger'))]);
    const read = ['get', 'pod', 'target', '-n', namespace.name, '-o'];
    const ended = 'jsonpath={.status.ephemeralContainerStatuses[0].state.terminated.exitCode}';
    await waitUntil('the debugger has ended', async () => (await flak.kubectl.run([...read, ended])) === '0', {
      limitMs: 180_000,
    });
    await waitUntil('a snapshot of it serving', () => isServing(metadata.uid), { limitMs: 270_000 });
    await inMain('/bin/sh', '-c', 'touch /tmp/go; until [ -e /tmp/went ]; do sleep 0.1; done');
    await flak.kubectl.run(['delete', 'pod', 'target', '-n', namespace.name, '--timeout=270s']);
    await waitForTrace(flak.kubectl, namespace.name, 'target', ['Complete']);
    const profiles = await profilesOf(flak.kubectl, namespace.name);
    main = profiles.get('pod-target-main');
    debug = profiles.get('pod-target-debugger');
  });

  after(async () => {
    await namespace.remove();
  });

  function makersOf(maker: Maker, profile: SyscallProfileStatus | undefined): readonly string[] {
    const [name] = CALLS[maker];
    return profile?.revisions[0]?.calls.find((call) => call.name === name)?.origins ?? [];
  }

  it('tell what a container calls until it is ready from what it calls then', () => {
    assert.deepEqual(makersOf('startup', main), ['startup']);
    assert.deepEqual(makersOf('serving', main), ['serving']);
  });

  it('name the calls of an exec probe, as the kubelet expands it, and of a postStart hook', () => {
    assert.deepEqual(makersOf('probe', main), ['exec:probe']);
    assert.deepEqual(makersOf('hook', main), ['exec:probe']);
  });

  it('keep the calls of `kubectl exec` apart', () => {
    assert.deepEqual(makersOf('stranger', main), ['exec:foreign']);
    assert.ok(madeBy(main, 'exec:foreign').has('execve'));
  });

  it('give an ephemeral container a profile of its own', () => {
    assert.deepEqual(makersOf('debugger', debug), ['startup']);
    assert.deepEqual(makersOf('debugger', main), []);
    for (const other of ['startup', 'serving', 'probe', 'hook', 'stranger'] as const)
      assert.deepEqual(makersOf(other, debug), [], other);
  });

  it('leave nothing unsaid: the profile is whole', () => {
    assert.deepEqual(main?.completeness, { level: 'observed', reasons: [], notes: [] });
  });
});
