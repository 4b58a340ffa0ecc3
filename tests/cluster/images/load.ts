import { runCommand } from '../run-command.ts';
import type { ImageArchive } from './archive.ts';

/** containerd's namespace of everything that belongs to Kubernetes. */
const NAMESPACE = 'k8s.io';

function ctr(socket: string, ...args: readonly string[]): string[] {
  return ['ctr', '--address', socket, '--namespace', NAMESPACE, ...args];
}

/** Brings images into a node's containerd; those that are there already are left alone. */
export async function loadImages(
  socket: string,
  archives: readonly ImageArchive[],
  signal?: AbortSignal,
): Promise<void> {
  const options = signal === undefined ? {} : { signal };
  const present = new Set((await runCommand(ctr(socket, 'images', 'list', '--quiet'), options)).split('\n'));
  for (const { reference, file } of archives) {
    if (!present.has(reference)) await runCommand(ctr(socket, 'images', 'import', '--all-platforms', file), options);
  }
}
