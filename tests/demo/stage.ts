/** Where the demo plays: a throw-away cluster of this machine, or one of the user's; and how to leave it as it was. */
import { runningCluster, startCluster, stopCluster } from '../cluster/cluster.ts';
import { buildImages } from '../cluster/images/build-images.ts';
import { buildArchives } from '../cluster/images/build.ts';
import { pushArchives } from '../cluster/images/push.ts';
import { PROJECT_IMAGES, TEST_IMAGES } from '../cluster/images/sources.ts';
import type { Progress } from '../cluster/progress.ts';
import { removeFlak } from '../e2e/install.ts';
import { type Kubectl, kubectlFor } from '../e2e/kubectl.ts';
import { removeDemo } from './run-demo.ts';

export const NGINX = 'flak.test/nginx';

export interface Stage {
  readonly kubectl: Kubectl;
  readonly kubeconfig: string;
  /** References by name. */
  readonly images: Readonly<Record<string, string>>;
  /** Takes away what the demo brought, and nothing else. */
  readonly leave: () => Promise<void>;
}

/** The cluster of tests/cluster: started if it isn't up, and then stopped again. */
export async function throwAwayStage(progress: Progress, signal: AbortSignal): Promise<Stage> {
  const wasUp = runningCluster({}) !== undefined;
  // Kubernetes compiles while the images build.
  const both = await Promise.allSettled([startCluster({ signal }, progress), buildImages(progress, undefined, signal)]);
  const [started, built] = both;
  const stop = (): Promise<void> => (wasUp ? Promise.resolve() : stopCluster({}, progress));
  if (started.status === 'rejected') throw started.reason;
  try {
    if (built.status === 'rejected') throw built.reason;
    const { kubeconfig, kubectl: program } = started.value;
    const images = await buildImages(progress, started.value, signal);
    const takeAway = await takingAway(kubectlFor({ program, kubeconfig }), images, progress);
    return {
      kubectl: kubectlFor({ program, kubeconfig, signal }),
      kubeconfig,
      images,
      leave: wasUp ? takeAway : stop,
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
  const reach = kubectlFor({ program: 'kubectl', kubeconfig });
  await progress.step(`Reach the cluster of ${kubeconfig}`, () => reach.run(['version']));
  const sources = [...PROJECT_IMAGES, ...TEST_IMAGES.filter(({ name }) => name === NGINX)];
  const archives = await buildArchives(sources, progress, signal);
  const placed = await pushArchives(registry, archives, progress, signal);
  const images = Object.fromEntries(placed.map(({ name, reference }) => [name, reference]));
  return {
    kubectl: kubectlFor({ program: 'kubectl', kubeconfig, signal }),
    kubeconfig,
    images,
    leave: await takingAway(reach, images, progress),
  };
}

/** The demo's namespace always goes; Flak only if it wasn't there before. */
async function takingAway(
  kubectl: Kubectl,
  images: Readonly<Record<string, string>>,
  progress: Progress,
): Promise<() => Promise<void>> {
  const before = await kubectl.run(['get', 'namespace', 'flak-system', '--ignore-not-found', '-o', 'name']);
  return () =>
    progress.step('Remove what the demo made', async () => {
      await removeDemo(kubectl);
      if (before === '') await removeFlak(kubectl, images);
    });
}
