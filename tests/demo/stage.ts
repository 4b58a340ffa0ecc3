/** Where the demo plays: a throw-away cluster of this machine, or one of the user's; and how to leave it as it was. */
import { type Cluster, runningCluster, startCluster, stopCluster } from '../cluster/cluster.ts';
import { buildImages } from '../cluster/images/build-images.ts';
import { buildArchives } from '../cluster/images/build.ts';
import { pushArchives } from '../cluster/images/push.ts';
import { PROJECT_IMAGES, TEST_IMAGES } from '../cluster/images/sources.ts';
import type { Progress } from '../cluster/progress.ts';
import { installFlak, removeFlak } from '../e2e/install.ts';
import { type Kubectl, kubectlFor } from '../e2e/kubectl.ts';
import { checkMachine, checkUserCluster } from './prerequisites.ts';
import { removeDemo } from './run-demo.ts';
import { inParallel } from './in-parallel.ts';
import { placeFalco } from './place-falco.ts';

const NGINX = 'flak.test/nginx';

export interface Stage {
  readonly kubectl: Kubectl;
  readonly kubeconfig: string;
  /** Reference that the nodes can pull, or have. */
  readonly nginxImage: string;
  /** Whether Flak's tracers have Falco, as far as the demo knows. */
  readonly falco: boolean;
  /** Installs Flak, unless the user has it there: then that one is used as it is. */
  readonly install: () => Promise<void>;
  /** Takes away what the demo brought, and nothing else. */
  readonly leave: () => Promise<void>;
}

type Images = Readonly<Record<string, string>>;

/** The cluster of tests/cluster: started if it isn't up, and then stopped again. */
export async function throwAwayStage(progress: Progress, signal: AbortSignal): Promise<Stage> {
  await checkMachine('cluster');
  const wasUp = runningCluster({}) !== undefined;
  let cluster: Cluster | undefined;
  const stop = async (): Promise<void> => {
    if (!wasUp && cluster !== undefined) await stopCluster({}, progress);
  };
  try {
    // Kubernetes compiles while the images build; the first that fails ends the other.
    await inParallel(signal, [
      async (either) => {
        cluster = await startCluster({ signal: either }, progress);
      },
      (either) => buildImages(progress, undefined, either),
    ]);
    if (cluster === undefined) throw new Error('no cluster was started');
    const { kubeconfig, kubectl: program } = cluster;
    const { images, falco } = await placeFalco(await buildImages(progress, cluster, signal), cluster, progress, signal);
    const always = kubectlFor({ program, kubeconfig });
    const had = await flakIn(always);
    const kubectl = kubectlFor({ program, kubeconfig, signal });
    return {
      kubectl,
      kubeconfig,
      nginxImage: imageOf(images),
      falco,
      install: () => install(kubectl, images, progress),
      leave: wasUp ? () => takeAway(always, images, had, progress) : stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A cluster of the user's: images are pushed to a registry that its nodes can pull from. */
export async function userStage(
  kubeconfig: string,
  registry: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Stage> {
  await checkMachine('images');
  const always = kubectlFor({ program: 'kubectl', kubeconfig });
  await progress.step(`Look at the cluster of ${kubeconfig}`, () => checkUserCluster(always, kubeconfig));
  const had = await flakIn(always);
  const sources = [...(had === 'running' ? [] : PROJECT_IMAGES), ...TEST_IMAGES.filter(({ name }) => name === NGINX)];
  const archives = await buildArchives(sources, progress, signal);
  const placed = await pushArchives(registry, archives, progress, signal);
  const images = Object.fromEntries(placed.map(({ name, reference }) => [name, reference]));
  const kubectl = kubectlFor({ program: 'kubectl', kubeconfig, signal });
  return {
    kubectl,
    kubeconfig,
    nginxImage: imageOf(images),
    falco: false,
    install: async () => {
      if (had !== 'running') await install(kubectl, images, progress);
      else progress.note('Flak is installed there already; the demo uses it as it is, and leaves it.');
    },
    leave: () => takeAway(always, images, had, progress),
  };
}

function imageOf(images: Images): string {
  const image = images[NGINX];
  if (image === undefined) throw new Error(`no image was built for ${NGINX}`);
  return image;
}

function install(kubectl: Kubectl, images: Images, progress: Progress): Promise<void> {
  return progress.step('Install Flak (kubectl apply -k, kubectl wait)', () => installFlak(kubectl, images));
}

/** `partly`: an earlier one was removed but for its profiles, which removing Flak now would delete. */
type Had = 'nothing' | 'partly' | 'running';

async function flakIn(kubectl: Kubectl): Promise<Had> {
  const printed = (...what: string[]): Promise<string> =>
    kubectl.run(['get', ...what, '--ignore-not-found', '-o', 'name']);
  if ((await printed('deployment/flak-webhook', '-n', 'flak-system')) !== '') return 'running';
  const remains = await printed('namespace/flak-system', 'crd/syscallprofiles.flak.dev');
  return remains === '' ? 'nothing' : 'partly';
}

/** The demo's namespace always goes; Flak only if nothing of it was there before. */
function takeAway(kubectl: Kubectl, images: Images, had: Had, progress: Progress): Promise<void> {
  return progress.step('Remove what the demo made', async () => {
    await removeDemo(kubectl);
    if (had === 'nothing') await removeFlak(kubectl, images);
  });
}
