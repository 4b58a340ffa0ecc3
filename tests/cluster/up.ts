/** `npm run cluster:up [-- --second-node]` */
import { parseArgs } from 'node:util';
import { startCluster, startSecondNode } from './cluster.ts';
import { consoleProgress } from './progress.ts';
import { untilInterrupted } from './until-interrupted.ts';

const { values } = parseArgs({ options: { 'second-node': { type: 'boolean', default: false } } });
const stateDirectory = process.env['FLAK_CLUSTER_DIR'];

await untilInterrupted(async (signal) => {
  const progress = consoleProgress(process.stdout);
  const cluster = await startCluster({ signal, stateDirectory }, progress);
  if (values['second-node']) await startSecondNode(cluster, progress, signal);
  console.log(`\nexport KUBECONFIG=${cluster.kubeconfig}\nkubectl: ${cluster.kubectl}`);
});
