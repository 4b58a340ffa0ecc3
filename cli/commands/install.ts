/** `flak install`. */
import type { Command } from 'commander';
import type { ConnectionOptions } from '../connection.ts';
import type { Ending } from '../ending.ts';
import { DONE, environment } from '../ending.ts';
import type { Ended } from '../registration.ts';
import { examples, jsonOutput, seconds, withConnection } from '../registration.ts';
import type { Terminal } from '../terminal.ts';
import { FLAK_NAMESPACE, OBJECTS } from '../../webhook/names.ts';
import { toJson } from '../deliver.ts';

interface InstallOptions extends ConnectionOptions {
  readonly kustomization: string;
  readonly timeout: number;
  readonly output?: 'json';
}

export interface InstallDeps {
  readonly terminal: Terminal;
  /** Runs a program to its end, its output on stderr. @returns its exit code, or null where there is no such program */
  readonly runProgram: (command: readonly string[]) => Promise<number | null>;
}

export function addInstall(parent: Command, deps: InstallDeps, ended: Ended): void {
  withConnection(parent.command('install'))
    .description('apply the manifests and wait until the next labelled pod is traced; needs kubectl')
    .option('-k, --kustomization <folder>', 'what to apply (docs/install.md)', 'manifests/overlays/pushed')
    .option('--timeout <seconds>', 'how long to wait until Flak is ready', seconds, 120)
    .addOption(jsonOutput())
    .addHelpText('after', examples('flak install', 'flak install -k my-overlay --context staging'))
    .action(async (options: InstallOptions) => {
      ended(await install(options, deps));
    });
}

async function install(options: InstallOptions, { terminal, runProgram }: InstallDeps): Promise<Ending> {
  const cluster = [
    ...(options.kubeconfig === undefined ? [] : ['--kubeconfig', options.kubeconfig]),
    ...(options.context === undefined ? [] : ['--context', options.context]),
  ];
  const applied = await runProgram(['kubectl', ...cluster, 'apply', '-k', options.kustomization]);
  if (applied === null)
    return environment('there is no kubectl on the PATH; install it, or apply the manifests by other means.');
  if (applied !== 0)
    return environment(
      `kubectl could not apply ${options.kustomization}; its reason stands above, docs/install.md says what is needed.`,
    );
  const deployment = `deployment/${OBJECTS.deployment}`;
  const wait = ['wait', '-n', FLAK_NAMESPACE, '--for=condition=Available', deployment, `--timeout=${options.timeout}s`];
  if ((await runProgram(['kubectl', ...cluster, ...wait])) !== 0)
    return environment(
      `Flak is not ready after ${options.timeout} s; \`kubectl -n ${FLAK_NAMESPACE} get pods,events\` shows why.`,
    );
  if (options.output === 'json') terminal.out(toJson({ installed: options.kustomization, namespace: FLAK_NAMESPACE }));
  else terminal.note('Flak is ready: pods labelled flak.dev/trace=true are traced from now on.');
  return DONE;
}
