/** Whether a target has ended, from who lives in its cgroups. Pure. */
import { containerIdOf } from '../containers/container-id.ts';
import type { PodPopulation } from './read-pod-cgroup.ts';

/**
 * - `pod`: no process is left, the sandbox's included. - `containers`: only the sandbox lives, or processes beside the containers
 * (CRI-O's monitors). - `no`: a container lives, or one that may be the sandbox as far as anyone knows: it ends soon after.
 */
export type PodEnd = 'no' | 'containers' | 'pod';

export function endOf(
  { populated, children }: PodPopulation,
  kindOf: (containerId: string) => 'container' | 'sandbox' | 'unknown',
): PodEnd {
  if (!populated) return 'pod';
  const lives = children.some((child) => {
    const containerId = child.populated ? containerIdOf(child.name) : null;
    return containerId !== null && kindOf(containerId) !== 'sandbox';
  });
  return lives ? 'no' : 'containers';
}
