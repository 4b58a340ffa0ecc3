/** Where in the target a thread is, from Falco's `thread.cgroups`. Pure. */
import { podUidOf } from '../cgroups/pod-cgroup-name.ts';
import { containerIdOf, isMonitor } from '../containers/container-id.ts';

export type CgroupPlace =
  | { readonly kind: 'container'; readonly containerId: string }
  /** In the pod's cgroup, or in one of it that is no container's. */
  | { readonly kind: 'pod' }
  /** Not in the pod, or what the runtime put beside a container. */
  | { readonly kind: 'elsewhere' };

/**
 * @param cgroups `cpuset=/kubepods/pod…/… cpu=/… …`: one path per hierarchy. They differ where a controller isn't handed down, so
 *   the first one that names a container decides.
 */
export function placeOf(cgroups: string, podUid: string): CgroupPlace {
  const places = cgroups.split(' ').map((entry) => placeOfPath(entry.slice(entry.indexOf('=') + 1), podUid));
  return places.find(({ kind }) => kind === 'container') ?? places.find(({ kind }) => kind === 'pod') ?? ELSEWHERE;
}

const ELSEWHERE: CgroupPlace = { kind: 'elsewhere' };

/** What is below the container's own cgroup the target may name as it likes: the first pod and its child count. */
function placeOfPath(path: string, podUid: string): CgroupPlace {
  const names = path.split('/');
  const at = names.findIndex((name, index) => podUidOf(name, names[index - 1] ?? '') !== undefined);
  if (at < 0 || podUidOf(names[at] ?? '', names[at - 1] ?? '') !== podUid) return ELSEWHERE;
  const child = names[at + 1] ?? '';
  if (isMonitor(child)) return ELSEWHERE;
  const containerId = containerIdOf(child);
  return containerId === null ? { kind: 'pod' } : { kind: 'container', containerId };
}
