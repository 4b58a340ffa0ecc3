/** `npm run cluster:down` */
import { stopCluster } from './cluster.ts';
import { consoleProgress } from './progress.ts';
import { untilInterrupted } from './until-interrupted.ts';

const stateDirectory = process.env['FLAK_CLUSTER_DIR'];

await untilInterrupted(() => stopCluster({ stateDirectory }, consoleProgress(process.stdout)));
