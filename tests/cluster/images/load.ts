import { runCommand } from '../run-command.ts';
import { archiveOf, isCached, type ImageArchive } from './archive.ts';

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
  const options = { signal };
  const present = new Set(await references(socket));
  for (const { reference, file } of archives) {
    if (!present.has(reference)) await runCommand(ctr(socket, 'images', 'import', '--all-platforms', file), options);
  }
}

/** Gives a new node the images of another one, as far as their archives are kept. */
export async function copyImages(fromSocket: string, toSocket: string, signal?: AbortSignal): Promise<void> {
  const archives = (await references(fromSocket)).filter(isCached).map(archiveOf);
  await loadImages(toSocket, archives, signal);
}

async function references(socket: string): Promise<string[]> {
  return (await runCommand(ctr(socket, 'images', 'list', '--quiet'))).split('\n').filter((name) => name !== '');
}
