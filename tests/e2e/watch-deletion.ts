/** The order of events as etcd saw them: resource versions of one API server grow with every write, whatever the object. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FlakCluster } from './flak-cluster.ts';
import { watchObjects, type WatchEvent } from './watch-objects.ts';

interface Seen {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly status?: unknown;
}

/** Resource versions of the first write that filled the profile and of the pod's removal. */
export interface DeletionOrder {
  readonly profileStored: number;
  readonly podGone: number;
}

/** Watches pod and profile while `remove` runs; both events must have come when it returns (a second is given for the lines to arrive). */
export async function watchDeletion(
  flak: FlakCluster,
  namespace: string,
  pod: string,
  profile: string,
  remove: () => Promise<void>,
): Promise<DeletionOrder> {
  const seen: { kind: string; event: WatchEvent<Seen> }[] = [];
  const watch = (kind: string) =>
    watchObjects<Seen>(flak, [kind, '-n', namespace], (event) => seen.push({ kind, event }));
  const watches = await Promise.all(['pods', 'syscallprofiles'].map(watch));
  try {
    await remove();
    await sleep(1000);
  } finally {
    await Promise.all(watches.map((one) => one.stop()));
  }
  const versionOf = (kind: string, name: string, matches: (event: WatchEvent<Seen>) => boolean): number => {
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
