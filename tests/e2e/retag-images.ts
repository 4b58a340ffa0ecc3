/** The same images under other references: an upgrade that changes nothing but what the manifests name. */
import { runCommand } from '../cluster/run-command.ts';
import type { FlakCluster } from './flak-cluster.ts';

/**
 * Gives the project's images of these names a second reference on the first node.
 * @returns all references by name, the new ones among them
 */
export async function retagImages(
  { cluster, images }: FlakCluster,
  names: readonly string[],
  suffix: string,
): Promise<Record<string, string>> {
  const renamed = { ...images };
  const ctr = ['ctr', '--address', cluster.node.containerdSocket, '--namespace', 'k8s.io', 'images', 'tag', '--force'];
  for (const name of names.map((last) => `ghcr.io/flak-dev/${last}`)) {
    const reference = images[name];
    if (reference === undefined) throw new Error(`no reference was built for ${name}`);
    await runCommand([...ctr, reference, `${reference}-${suffix}`]);
    renamed[name] = `${reference}-${suffix}`;
  }
  return renamed;
}
