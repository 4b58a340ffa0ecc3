import type { Cluster } from '../cluster.ts';
import { nodesUp } from '../nodes/nodes-up.ts';
import type { Progress } from '../progress.ts';
import { buildArchives } from './build.ts';
import { loadImages } from './load.ts';
import { PROJECT_IMAGES, TEST_IMAGES } from './sources.ts';

/**
 * Builds the project's and the tests' images and loads them into the nodes that are up.
 * @returns references (`name:tag`) by name
 */
export async function buildImages(
  progress: Progress,
  cluster?: Cluster,
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const archives = await buildArchives([...PROJECT_IMAGES, ...TEST_IMAGES], progress, signal);
  if (cluster !== undefined) {
    await progress.step('Load images', async () => {
      for (const node of nodesUp(cluster.stateDirectory)) await loadImages(node.containerdSocket, archives, signal);
    });
  }
  return Object.fromEntries(archives.map(({ reference }) => [reference.split(':')[0] ?? reference, reference]));
}
