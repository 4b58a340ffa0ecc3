/** The demo's steps, in the order a newcomer would take them by hand. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { syscallProfileStatusSchema, type SyscallProfileStatus } from '../../profile/syscall-profile.ts';
import type { Progress } from '../cluster/progress.ts';
import { waitUntil } from '../cluster/wait-until.ts';
import type { Kubectl } from '../e2e/kubectl.ts';
import { tracesOf } from '../e2e/stored-profiles.ts';
import { DEMO, demoObjects } from './workload.ts';

export interface Demo {
  readonly kubectl: Kubectl;
  /** Reference of the nginx image on the node. */
  readonly nginxImage: string;
  /** Tracers have it: the demo waits until it watches. */
  readonly falco: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface DemoResult {
  readonly profileName: string;
  readonly status: SyscallProfileStatus;
  /** The OCI seccomp JSON, absolute. */
  readonly file: string;
}

const REQUESTS = 50;
/** Falco loads its programs in 2 s on an idle machine, and in many on a busy one. */
const FALCO_WAIT_MS = 90_000;
/** A stuck pod repeats itself: the last lines say it. */
const EVENT_LINES = 15;
const NAMESPACE = ['-n', DEMO.namespace];

/** Runs the labelled nginx, uses it, deletes its pod, and gives the profile that was stored. A failure is shown with what the cluster says. */
export async function runDemo(demo: Demo): Promise<DemoResult> {
  try {
    return await play(demo);
  } catch (error) {
    if (!demo.signal.aborted) demo.progress.note(await whatTheClusterSays(demo.kubectl));
    throw error;
  }
}

async function play(demo: Demo): Promise<DemoResult> {
  const { kubectl, progress } = demo;
  await progress.step('Run nginx with the label flak.dev/trace=true', async (detail) => {
    await kubectl.run(['apply', '-f', '-'], JSON.stringify(demoObjects(demo.nginxImage)));
    detail('waiting until its trace records');
    await waitForRecording(demo);
    detail('waiting until it answers');
    const rollout = ['rollout', 'status', `deployment/${DEMO.name}`, '--timeout=180s'];
    await kubectl.run([...rollout, ...NAMESPACE]);
  });
  if (demo.falco) await progress.step('Wait until Falco watches beside the ledger', () => waitForFalco(demo));
  progress.note(indent(await kubectl.run(['get', 'traces', '-o', 'wide', ...NAMESPACE])));
  await progress.step(`Send it ${REQUESTS} requests through its Service`, () => sendRequests(demo));
  const pod = await newestPod(kubectl);
  if (pod === undefined) throw new Error("the demo's pod is gone; someone else deleted it");
  await progress.step(`kubectl delete pod ${pod}`, () =>
    kubectl.run(['delete', 'pod', pod, '--timeout=120s', ...NAMESPACE]),
  );
  return readProfile(kubectl);
}

/** Removes what the demo made in the cluster, Flak itself not included. */
export async function removeDemo(kubectl: Kubectl): Promise<void> {
  await kubectl.run(['delete', 'namespace', DEMO.namespace, '--ignore-not-found', '--timeout=180s']);
}

/** @throws at once, with the Trace's own reason, when there will be no recording */
async function waitForRecording({ kubectl, signal }: Demo): Promise<void> {
  let phases = '';
  await waitUntil(
    'a trace that records',
    async () => {
      const pod = await newestPod(kubectl);
      const traces = (await tracesOf(kubectl, DEMO.namespace)).filter(({ spec }) => spec.podName === pod);
      const untraced = traces.find(({ status }) => status?.phase === 'Untraced')?.status;
      if (untraced !== undefined)
        throw new Error(`The pod was not traced (${untraced.reason ?? 'no reason'}): ${untraced.message ?? ''}`);
      phases = traces.map(({ status }) => status?.phase ?? 'none').join(' ');
      return traces.some(({ status }) => status?.phase === 'Recording');
    },
    { limitMs: 120_000, signal, explain: () => `phases seen: ${phases}` },
  );
}

/** It is told of in the end, whatever became of it: that it isn't there yet after a minute and a half is no failure. */
async function waitForFalco({ kubectl, signal }: Demo): Promise<void> {
  const endMs = performance.now() + FALCO_WAIT_MS;
  while (performance.now() < endMs) {
    const states = (await tracesOf(kubectl, DEMO.namespace)).map(({ status }) => status?.probes?.falco?.state);
    if (states.some((state) => state !== undefined && state !== 'starting')) return;
    await sleep(500, undefined, { signal });
  }
}

/** Through the API server's proxy, which reaches a Service from anywhere that kubectl works. */
async function sendRequests({ kubectl, signal }: Demo): Promise<void> {
  const base = `/api/v1/namespaces/${DEMO.namespace}/services/${DEMO.name}:80/proxy`;
  for (let sent = 0; sent < REQUESTS; sent++) {
    signal.throwIfAborted();
    const path = sent % 5 === 4 ? '/no-such-page' : '/';
    await kubectl.attempt(['get', '--raw', `${base}${path}`]);
  }
  await sleep(500, undefined, { signal });
}

/** Traces, pods and the last Events of the demo's namespace, as kubectl prints them. */
async function whatTheClusterSays(kubectl: Kubectl): Promise<string> {
  const questions = [
    ['get', 'traces', '-o', 'wide', ...NAMESPACE],
    ['get', 'pods', ...NAMESPACE],
    ['get', 'events', '--sort-by=.metadata.creationTimestamp', ...NAMESPACE],
  ];
  const answers = await Promise.all(questions.map((question) => kubectl.attempt(question)));
  return answers
    .map(({ stdout, stderr }) =>
      indent((stdout === '' ? stderr : stdout).trimEnd().split('\n').slice(-EVENT_LINES).join('\n')),
    )
    .join('\n');
}

/** Its name; undefined where there is none (yet). */
async function newestPod(kubectl: Kubectl): Promise<string | undefined> {
  const newestLast = ['--sort-by=.metadata.creationTimestamp', '-o', 'jsonpath={.items[*].metadata.name}'];
  const names = await kubectl.run(['get', 'pods', '-l', `app=${DEMO.name}`, ...newestLast, ...NAMESPACE]);
  return names === '' ? undefined : names.split(' ').at(-1);
}

async function readProfile(kubectl: Kubectl): Promise<DemoResult> {
  const profileName = `deployment-${DEMO.name}-${DEMO.container}`;
  const object = await kubectl.json<{ status: unknown }>(['get', 'syscallprofile', profileName, ...NAMESPACE]);
  const status = syscallProfileStatusSchema.parse(object.status);
  const file = resolve('.out', 'demo', `${profileName}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, status.seccomp);
  return { profileName, status, file };
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, '    ');
}
