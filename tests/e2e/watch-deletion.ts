/** The order of events as etcd saw them: resource versions of one API server grow with every write, whatever the object. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FlakCluster } from './flak-cluster.ts';

interface Seen {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name: string; readonly resourceVersion: string };
    readonly status?: unknown;
  };
}

/** Resource versions of the first write that filled the profile and of the pod's removal. */
export interface DeletionOrder {
  readonly profileStored: number;
  readonly podGone: number;
}

/** How long a watch needs to be under way before anything is changed. */
const WATCH_STARTS_MS = 1500;

/** Watches pod and profile while `remove` runs; both events must have come when it returns (a second is given for the lines to arrive). */
export async function watchDeletion(
  flak: FlakCluster,
  namespace: string,
  pod: string,
  profile: string,
  remove: () => Promise<void>,
): Promise<DeletionOrder> {
  const seen: { kind: string; event: Seen }[] = [];
  const watches = ['pods', 'syscallprofiles'].map((kind) =>
    watch(flak, namespace, kind, (event) => seen.push({ kind, event })),
  );
  try {
    await sleep(WATCH_STARTS_MS);
    await remove();
    await sleep(1000);
  } finally {
    for (const child of watches) child.kill();
    await Promise.all(watches.map((child) => once(child, 'exit')));
  }
  const versionOf = (kind: string, name: string, matches: (event: Seen) => boolean): number => {
    const found = seen.find(
      ({ kind: k, event }) => k === kind && event.object.metadata.name === name && matches(event),
    );
    if (found === undefined) throw new Error(`no such event of ${kind} ${name} among ${seen.length}`);
    return Number(found.event.object.metadata.resourceVersion);
  };
  return {
    profileStored: versionOf('syscallprofiles', profile, ({ object }) => object.status !== undefined),
    podGone: versionOf('pods', pod, ({ type }) => type === 'DELETED'),
  };
}

function watch(
  flak: FlakCluster,
  namespace: string,
  kind: string,
  onEvent: (event: Seen) => void,
): ReturnType<typeof spawn> {
  const args = ['get', kind, '-n', namespace, '--watch', '--output-watch-events', '-o', 'jsonpath={@}{"\\n"}'];
  const child = spawn(flak.cluster.kubectl, [`--kubeconfig=${flak.cluster.kubeconfig}`, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onEvent(JSON.parse(line) as Seen);
  });
  return child;
}
