/** The order of events as etcd saw them: resource versions of one API server grow with every write, whatever the object. */
import { waitUntil } from '../cluster/wait-until.ts';
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

/** Watches pod and profile while `remove` runs, and until both events have come. */
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
  const versionOf = (kind: string, name: string, matches: (event: WatchEvent<Seen>) => boolean): number => {
    const found = seen.find(
      ({ kind: k, event }) => k === kind && event.object.metadata.name === name && matches(event),
    );
    return Number(found?.event.object.metadata.resourceVersion);
  };
  const order = (): DeletionOrder => ({
    profileStored: versionOf('syscallprofiles', profile, ({ object }) => object.status !== undefined),
    podGone: versionOf('pods', pod, ({ type }) => type === 'DELETED'),
  });
  const watches = await Promise.all(['pods', 'syscallprofiles'].map(watch));
  try {
    await remove();
    const haveCome = (): Promise<boolean> => Promise.resolve(!Object.values(order()).includes(NaN));
    await waitUntil('both events', haveCome, { limitMs: 90_000, explain: () => JSON.stringify(order()) });
  } finally {
    await Promise.all(watches.map((one) => one.stop()));
  }
  return order();
}
