/** The kubelet's root as the tracer reaches it: through a process of the node, so that nothing more of it need be mounted. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kubeletRootIn } from './kubelet-root.ts';

/** init, which shares the node's mount namespace: tracers see the node's processes (hostPID). */
const HOST = '/proc/1';

/** @param tokenFile the tracer's token, in a volume of its pod. @returns undefined where the node doesn't tell, or doesn't let look */
export function findKubeletRoot(tokenFile: string): string | undefined {
  const root = kubeletRootIn(read('/proc/self'), read(HOST), dirname(tokenFile));
  return root === undefined ? undefined : join(HOST, 'root', root);
}

function read(process: string): string {
  try {
    return readFileSync(join(process, 'mountinfo'), 'utf8');
  } catch {
    // A hardened node may let nobody look at its init.
    return '';
  }
}
