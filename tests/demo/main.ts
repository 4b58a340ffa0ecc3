/** `npm run demo`: label a pod, use it, delete it, get its profile. See options.ts for what it takes. */
import { startCluster, stopCluster } from '../cluster/cluster.ts';
import { buildImages } from '../cluster/images/build-images.ts';
import { consoleProgress, type Progress } from '../cluster/progress.ts';
import { untilInterrupted } from '../cluster/until-interrupted.ts';
import { installFlak } from '../e2e/install.ts';
import { type Kubectl, kubectlFor } from '../e2e/kubectl.ts';
import { describeProfile } from './describe-profile.ts';
import { parseOptions, USAGE, type DemoOptions } from './options.ts';
import { type DemoResult, runDemo } from './run-demo.ts';

const NGINX = 'flak.test/nginx';
const USAGE_ERROR = 2;

/** A cluster to run on, and how to leave it. */
interface Stage {
  readonly kubectl: Kubectl;
  readonly kubeconfig: string;
  readonly images: Readonly<Record<string, string>>;
  readonly leave: () => Promise<void>;
}

async function throwAwayCluster(progress: Progress, signal: AbortSignal): Promise<Stage> {
  // Kubernetes compiles while the images build; whichever fails first ends both.
  const [cluster] = await Promise.all([startCluster({ signal }, progress), buildImages(progress, undefined, signal)]);
  const images = await buildImages(progress, cluster, signal);
  return {
    kubectl: kubectlFor({ program: cluster.kubectl, kubeconfig: cluster.kubeconfig, signal }),
    kubeconfig: cluster.kubeconfig,
    images,
    leave: () => stopCluster({}, progress),
  };
}

function print(result: DemoResult, stage: Stage): void {
  const width = Math.min(process.stdout.isTTY ? process.stdout.columns : 100, 120);
  const lines = describeProfile(result.status, width);
  process.stdout.write(`\nSyscallProfile ${result.profileName}\n\n`);
  for (const line of lines) process.stdout.write(line === '' ? '\n' : `  ${line}\n`);
  process.stdout.write(`
The OCI seccomp profile: ${result.file}
  docker        docker run --security-opt seccomp=${result.file} …
  Kubernetes    copy it below the kubelet's root (/var/lib/kubelet/seccomp/web.json) and set
                securityContext.seccompProfile: { type: Localhost, localhostProfile: web.json }
`);
  process.stdout.write(`  kubectl       kubectl --kubeconfig ${stage.kubeconfig} get syscallprofiles -A\n`);
}

async function main(options: DemoOptions, signal: AbortSignal): Promise<void> {
  const progress = consoleProgress(process.stdout);
  const stage = await throwAwayCluster(progress, signal);
  let kept = false;
  try {
    await progress.step('Install Flak (kubectl apply -k, kubectl wait)', () =>
      installFlak(stage.kubectl, stage.images),
    );
    const nginxImage = stage.images[NGINX];
    if (nginxImage === undefined) throw new Error(`no image was built for ${NGINX}`);
    print(await runDemo({ kubectl: stage.kubectl, nginxImage, progress, signal }), stage);
    kept = options.keep;
    if (kept)
      process.stdout.write(
        `\nLeft up, as asked: export KUBECONFIG=${stage.kubeconfig}; npm run cluster:down ends it.\n`,
      );
  } finally {
    if (!kept) await stage.leave();
  }
}

const options = parseOptions(process.argv.slice(2));
if (options === 'help') {
  process.stdout.write(USAGE);
} else if ('mistake' in options) {
  process.stderr.write(`${options.mistake}\n`);
  process.exitCode = USAGE_ERROR;
} else {
  await untilInterrupted((signal) => main(options, signal));
}
