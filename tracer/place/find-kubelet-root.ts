/** The kubelet's root as the tracer reaches it: through a process of the node, so that nothing more of it need be mounted. */
import { closeSync, constants, openSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kubeletRootIn } from './kubelet-root.ts';

/** Names of processes that see what the kubelet mounts: itself (in k3s and k0s under theirs), and runtimes. */
const ON_THE_NODE = /^(kubelet|k3s-server|k3s-agent|k0s|containerd|crio|dockerd)$/;

/**
 * A process whose mounts have the tracer's own token volume leads to the node's folders, whoever it is. init is asked first, which
 * every node has; a hardened one may let nobody look at it.
 * @param tokenFile the tracer's token, in a volume of its pod
 * @returns undefined where no process tells, or lets look
 */
export function findKubeletRoot(tokenFile: string): string | undefined {
  const own = read('/proc/self/mountinfo');
  for (const process of processes()) {
    const root = kubeletRootIn(own, read(join(process, 'mountinfo')), dirname(tokenFile));
    const reached = root === undefined ? undefined : join(process, 'root', root);
    if (reached !== undefined && opens(reached)) return reached;
  }
  return undefined;
}

function* processes(): Generator<string> {
  yield '/proc/1';
  for (const name of readdirSync('/proc'))
    if (/^\d+$/.test(name) && ON_THE_NODE.test(read(`/proc/${name}/comm`).trim())) yield `/proc/${name}`;
}

function opens(folder: string): boolean {
  try {
    closeSync(openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY));
    return true;
  } catch {
    return false;
  }
}

/** Empty where it can't be read: processes come and go. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
