/** Pods in every state that Flak holds pods in, for when it is removed: what is seen of them, and of the node, afterwards. */
import assert from 'node:assert/strict';
import { waitUntil } from '../cluster/wait-until.ts';
import { ANNOTATIONS, FINALIZER, GATE, LABELS } from '../../webhook/names.ts';
import { denyAnnotation } from './deny-annotation.ts';
import type { FlakCluster } from './flak-cluster.ts';
import { type NodeRemains, readNodeRemains } from './node-remains.ts';
import { findPod, type ObservedPod, waitForTrace } from './observe.ts';
import { scratchNamespace } from './scratch-namespace.ts';
import { pod, shellContainer, TRACED } from './targets.ts';

/** Runs on although it is told to end, until its grace period is over. */
const STUBBORN = "trap '' TERM; while :; do sleep 1; done";
const SURVIVORS = ['recorded-1', 'recorded-2', 'gated'] as const;

export interface RemovalScene {
  readonly namespace: string;
  /** No pod of the cluster is held, the one that was ending is gone, the others run on as if nothing had been. */
  assertPodsAreFree(): Promise<void>;
  /** No program, map, link, pin or file is there that wasn't before. */
  assertNodeIsClean(): Promise<void>;
  /** A labelled pod is stored as it is and starts. */
  assertLabelMeansNothing(): Promise<void>;
  close(): Promise<void>;
}

/**
 * `done` has been traced to its end, two are being recorded, `gated` is armed but kept at its gate, `ending` is being
 * deleted and takes its time. Flak must be installed.
 */
export async function setRemovalScene(flak: FlakCluster): Promise<RemovalScene> {
  const before = await readNodeRemains();
  const scratch = await scratchNamespace(flak.kubectl, 'removed');
  const { name: namespace } = scratch;
  const shut = await keepGatesShut(flak, namespace);
  const survivors = async (): Promise<readonly ObservedPod[]> => {
    const found = await Promise.all(SURVIVORS.map((name) => findPod(flak.kubectl, namespace, name)));
    return found.filter((each) => each !== undefined);
  };
  const wait = (name: string, what: string): Promise<string> =>
    flak.kubectl.run(['wait', `--for=${what}`, `pod/${name}`, '-n', namespace, '--timeout=60s']);
  await createTargets(flak, namespace, wait);
  const running = (await survivors()).map(identityOf);
  await flak.kubectl.run(['delete', 'pod', 'ending', '--wait=false', '-n', namespace]);
  return {
    namespace,
    assertPodsAreFree: async () => {
      const { items } = await flak.kubectl.json<{ items: ObservedPod[] }>(['get', 'pods', '-A']);
      const held = items.filter(({ metadata }) => metadata.finalizers?.includes(FINALIZER));
      assert.deepEqual(held.map(identityOf), []);
      await wait('ending', 'delete');
      await wait('gated', 'condition=Ready');
      const now = await survivors();
      assert.deepEqual(now.map(identityOf), running);
      for (const { status } of now) assert.equal(status.phase, 'Running');
    },
    assertNodeIsClean: () => assertNodeIsClean(before),
    assertLabelMeansNothing: async () => {
      const labelled = target(flak, namespace, 'afterwards', 'exec sleep 600');
      const created = await flak.kubectl.json<ObservedPod>(['create', '-f', '-'], JSON.stringify(labelled));
      assert.equal(created.spec.initContainers, undefined);
      await wait('afterwards', 'condition=Ready');
    },
    close: async () => {
      await shut.lift();
      await scratch.remove();
    },
  };
}

/** Changes when the pod is another one, or a container of it was started again. */
function identityOf({ metadata, status }: ObservedPod): unknown {
  return [metadata.name, metadata.uid, status.containerStatuses?.map(({ restartCount }) => restartCount)];
}

function target(flak: FlakCluster, namespace: string, name: string, line: string, graceSeconds = 1): object {
  const containers = [shellContainer(flak.image('workbench'), 'main', line)];
  return pod(namespace, name, { labels: TRACED, spec: { terminationGracePeriodSeconds: graceSeconds, containers } });
}

/** Nobody may open a gate by annotation: pods with that medium are armed, and stay where they are. */
function keepGatesShut(flak: FlakCluster, namespace: string): ReturnType<typeof denyAnnotation> {
  const name = `gates-shut-in-${namespace}`;
  const words = 'gates stay shut here';
  return denyAnnotation(flak.kubectl, { name, namespace, annotation: ANNOTATIONS.gate, value: 'open', words });
}

async function createTargets(
  flak: FlakCluster,
  namespace: string,
  wait: (name: string, what: string) => Promise<string>,
): Promise<void> {
  const { kubectl } = flak;
  const recorded = ['done', 'recorded-1', 'recorded-2'];
  const items = [
    ...recorded.map((name) => target(flak, namespace, name, 'exec sleep 600')),
    target(flak, namespace, 'ending', STUBBORN, 8),
  ];
  await kubectl.run(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  for (const name of [...recorded, 'ending']) await wait(name, 'condition=Ready');
  await kubectl.run(['delete', 'pod', 'done', '-n', namespace, '--timeout=60s']);
  await kubectl.run(['label', 'namespace', namespace, `${LABELS.gateMedium}=annotation`]);
  const gated = target(flak, namespace, 'gated', 'exec sleep 600');
  await kubectl.run(['create', '-f', '-'], JSON.stringify(gated));
  await waitForTrace(kubectl, namespace, 'gated', ['Recording']);
  const statuses = (await findPod(kubectl, namespace, 'gated'))?.status.initContainerStatuses;
  assert.ok(statuses?.find(({ name }) => name === GATE.container)?.state.running, 'it is not at its gate');
}

/** The kernel frees programs and maps a moment after their last user is gone. */
async function assertNodeIsClean(before: NodeRemains): Promise<void> {
  let more: readonly string[] = [];
  const isClean = async (): Promise<boolean> => {
    const now = await readNodeRemains();
    const known = new Set([...before.bpfObjects, ...before.files]);
    more = [...now.pins, ...[...now.bpfObjects, ...now.files].filter((found) => !known.has(found))];
    return more.length === 0;
  };
  await waitUntil('nothing is left on the node', isClean, { limitMs: 15_000, explain: () => more.join('\n') });
}
