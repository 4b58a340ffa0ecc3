/** `npm run demo`: label a pod, use it, delete it, get its profile. See options.ts for what it takes. */
import { consoleProgress, type Progress } from '../cluster/progress.ts';
import { untilInterrupted } from '../cluster/until-interrupted.ts';
import { describeProfile } from './describe-profile.ts';
import { parseOptions, USAGE, type DemoOptions } from './options.ts';
import { type DemoResult, runDemo } from './run-demo.ts';
import { type Stage, throwAwayStage, userStage } from './stage.ts';
import { DEMO } from './workload.ts';

const USAGE_ERROR = 2;

function setStage({ kubeconfig, registry }: DemoOptions, progress: Progress, signal: AbortSignal): Promise<Stage> {
  if (kubeconfig === undefined || registry === undefined) return throwAwayStage(progress, signal);
  return userStage(kubeconfig, registry, progress, signal);
}

function print(result: DemoResult): void {
  const width = Math.min(process.stdout.isTTY ? process.stdout.columns : 100, 120);
  process.stdout.write(`\nSyscallProfile ${result.profileName}\n\n`);
  for (const line of describeProfile(result.status, width)) process.stdout.write(line === '' ? '\n' : `  ${line}\n`);
  process.stdout.write(`
The OCI seccomp profile: ${result.file}
  read it     npm run -s flak -- explain ${result.file}
  docker      docker run --security-opt seccomp=${result.file} …
  Kubernetes  copy it below the kubelet's root, as /var/lib/kubelet/seccomp/web.json, and set
              securityContext.seccompProfile: { type: Localhost, localhostProfile: web.json }

`);
}

function howToEnd({ kubeconfig }: DemoOptions): string {
  if (kubeconfig === undefined) return 'npm run cluster:down ends the throw-away cluster.';
  return `kubectl delete namespace ${DEMO.namespace} and npm run flak -- uninstall --kubeconfig ${kubeconfig} take it away.`;
}

async function main(options: DemoOptions, signal: AbortSignal): Promise<void> {
  const progress = consoleProgress(process.stdout);
  const stage = await setStage(options, progress, signal);
  try {
    await stage.install();
    print(await runDemo({ ...stage, progress, signal }));
  } finally {
    if (options.keep && !signal.aborted) {
      process.stdout.write(`Left up, as asked; ${howToEnd(options)}\nexport KUBECONFIG=${stage.kubeconfig}\n`);
    } else await stage.leave();
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
