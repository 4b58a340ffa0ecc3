/**
 * `npm run images [-- --push REGISTRY [--slim] | NAME ...]`: builds the images, loads them into the cluster if one is up. What is pushed
 * has Falco beside the tracer, unless `--slim` or a Docker Hub that can't be reached speak against it.
 */
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { runningCluster } from './cluster.ts';
import { buildArchives } from './images/build.ts';
import { loadImages } from './images/load.ts';
import { pushArchives, writePushedOverlay } from './images/push.ts';
import { isDockerHubReachable } from './images/registry.ts';
import { type ImageSource, PROJECT_IMAGES, TEST_IMAGES } from './images/sources.ts';
import { nodesUp } from './nodes/nodes-up.ts';
import { consoleProgress, type Progress } from './progress.ts';
import { untilInterrupted } from './until-interrupted.ts';

const { values, positionals } = parseArgs({
  options: { push: { type: 'string' }, slim: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const stateDirectory = process.env['FLAK_CLUSTER_DIR'];

function isWanted(name: string): boolean {
  return positionals.length === 0 || positionals.some((wanted) => name.endsWith(wanted));
}

async function imagesToPush(progress: Progress): Promise<readonly ImageSource[]> {
  if (!values.slim && (await isDockerHubReachable()))
    return PROJECT_IMAGES.map((source) => withTarget(source, 'tracer'));
  progress.note('The tracer is the slim one: the ledger without Falco (docs/falco.md).');
  return PROJECT_IMAGES;
}

function withTarget(source: ImageSource, target: string): ImageSource {
  return source.target === undefined ? source : { ...source, target };
}

await untilInterrupted(async (signal) => {
  const progress = consoleProgress(process.stdout);
  if (values.push !== undefined) {
    const archives = await buildArchives(await imagesToPush(progress), progress, signal);
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
