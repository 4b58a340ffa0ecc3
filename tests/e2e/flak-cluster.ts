/** The cluster that the end-to-end tests share: up, with the images loaded and Flak installed. Started once per run. */
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { buildImages } from '../cluster/images/build-images.ts';
import { consoleProgress } from '../cluster/progress.ts';
import { installFlak } from './install.ts';
import { type Kubectl, kubectlFor } from './kubectl.ts';

export interface FlakCluster {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  /** References (`name:tag`) by name. */
  readonly images: Readonly<Record<string, string>>;
  /** Reference of one of the tests' images, by the last part of its name (`nginx`, `workbench`). */
  readonly image: (name: string) => string;
}

let started: Promise<FlakCluster> | undefined;

/** The cluster without looking whether Flak is installed. Idempotent; a cluster that is up is used as it is. */
export function bareCluster(): Promise<FlakCluster> {
  started ??= start();
  return started;
}

/** The cluster with Flak installed and ready: applied again, which changes nothing where it is. */
export async function flakCluster(): Promise<FlakCluster> {
  const there = await bareCluster();
  await installFlak(there.kubectl, there.images);
  return there;
}

async function start(): Promise<FlakCluster> {
  const progress = consoleProgress(process.stdout);
  const stateDirectory = process.env['FLAK_CLUSTER_DIR'];
  const cluster = await startCluster(stateDirectory === undefined ? {} : { stateDirectory }, progress);
  const images = await buildImages(progress, cluster);
  return {
    cluster,
    images,
    kubectl: kubectlFor({ program: cluster.kubectl, kubeconfig: cluster.kubeconfig }),
    image(name) {
      const reference = images[`flak.test/${name}`];
      if (reference === undefined) throw new Error(`no test image is called ${name}`);
      return reference;
    },
  };
}
