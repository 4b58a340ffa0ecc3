/** `npm run images [-- --push REGISTRY | NAME ...]`: builds the images, loads them into the cluster if one is up. */
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { runningCluster } from './cluster.ts';
import { buildArchives } from './images/build.ts';
import { loadImages } from './images/load.ts';
import { pushArchives, writePushedOverlay } from './images/push.ts';
import { PROJECT_IMAGES, TEST_IMAGES } from './images/sources.ts';
import { nodesUp } from './nodes/nodes-up.ts';
import { consoleProgress } from './progress.ts';
import { untilInterrupted } from './until-interrupted.ts';

const { values, positionals } = parseArgs({ options: { push: { type: 'string' } }, allowPositionals: true });
const stateDirectory = process.env['FLAK_CLUSTER_DIR'];

function isWanted(name: string): boolean {
  return positionals.length === 0 || positionals.some((wanted) => name.endsWith(wanted));
}

await untilInterrupted(async (signal) => {
  const progress = consoleProgress(process.stdout);
  if (values.push !== undefined) {
    const archives = await buildArchives(PROJECT_IMAGES, progress, signal);
    const overlay = writePushedOverlay(await pushArchives(values.push, archives, progress, signal));
    console.log(`\nInstall them with: kubectl apply -k ${relative(process.cwd(), overlay)}`);
    return;
  }
  const sources = [...PROJECT_IMAGES, ...TEST_IMAGES].filter(({ name }) => isWanted(name));
  const archives = await buildArchives(sources, progress, signal);
  const cluster = runningCluster({ stateDirectory });
  if (cluster !== undefined) {
    for (const { containerdSocket } of nodesUp(cluster.stateDirectory)) {
      await loadImages(containerdSocket, archives, signal);
    }
  }
  for (const { reference } of archives) console.log(reference);
});
