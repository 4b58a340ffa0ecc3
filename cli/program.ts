/** The command line: which commands there are, their options, examples and exit codes. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { GATE_MEDIA } from '../webhook/admission/medium.ts';
import { inject } from './commands/inject.ts';
import type { InjectDeps, InjectOptions } from './commands/inject.ts';
import { getProfile, PROFILE_FORMATS } from './commands/profile-get.ts';
import type { ProfileGetOptions } from './commands/profile-get.ts';
import { listProfiles } from './commands/profile-list.ts';
import type { ListOptions } from './commands/scope.ts';
import { listTraces } from './commands/trace-list.ts';
import { DEFAULT_EXPORT_FOLDER, uninstall } from './commands/uninstall.ts';
import type { UninstallDeps, UninstallOptions } from './commands/uninstall.ts';
import type { Ending } from './ending.ts';

export type ProgramDeps = UninstallDeps & InjectDeps;

const EXIT_CODES_TEXT = `
Exit codes: 0 done, 1 the answer is no (nothing found, something left), 2 wrong usage, 3 the machine or the cluster doesn't allow it.`;

/** @param ended is told how the command that ran came out. */
export function createProgram(deps: ProgramDeps, ended: (ending: Ending) => void): Command {
  const program = new Command('flak')
    .description('Least-privilege profiles of Kubernetes workloads, recorded from what they really do.')
    .showHelpAfterError('(flak --help shows how it is used)')
    .addHelpText('after', EXIT_CODES_TEXT);
  addProfileCommands(program, deps, ended);
  addTraceCommands(program, deps, ended);
  addInject(program, deps, ended);
  addUninstall(program, deps, ended);
  return program;
}

type Ended = (ending: Ending) => void;

function addProfileCommands(program: Command, deps: ProgramDeps, ended: Ended): void {
  const profile = program.command('profile').description('what is stored of a workload');
  withConnection(profile.command('get'))
    .description('print the newest profile of a workload: on stdout the file, on stderr how complete it is')
    .argument('<name>', 'name of the SyscallProfile or of the workload, also as kind/name (deploy/web)')
    .option('-n, --namespace <namespace>', "where the workload is (default: the context's namespace)")
    .option('-c, --container <container>', 'which of its containers')
    .addOption(
      new Option('--format <format>', 'oci: seccomp JSON for runtimes; flak: with all that is known of it')
        .choices(PROFILE_FORMATS)
        .default('oci'),
    )
    .addHelpText(
      'after',
      examples('flak profile get deploy/web -c nginx > web.json', 'flak profile get web --format flak | jq .summary'),
    )
    .action(async (name: string, options: ProfileGetOptions) => {
      ended(await getProfile(name, options, deps));
    });
  withScope(withConnection(profile.command('list')))
    .description('what is stored, and how complete it is')
    .addHelpText('after', examples('flak profile list -A', 'flak profile list -n shop -o json'))
    .action(async (options: ListOptions) => {
      ended(await listProfiles(options, deps));
    });
}

function addTraceCommands(program: Command, deps: ProgramDeps, ended: Ended): void {
  const trace = program.command('trace').description('what is being recorded');
  withScope(withConnection(trace.command('list')))
    .description('traced pods, those that ended included')
    .addHelpText('after', examples('flak trace list -n shop', 'flak trace list -A -o json'))
    .action(async (options: ListOptions) => {
      ended(await listTraces(options, deps));
    });
}

function addInject(program: Command, deps: ProgramDeps, ended: Ended): void {
  program
    .command('inject')
    .description('show what the webhook would make of a manifest; needs no cluster')
    .requiredOption('-f, --filename <file>', 'manifest (YAML or JSON) of pods or of what creates them; - for stdin')
    .addOption(new Option('-o, --output <format>', 'format of the pods').choices(['yaml', 'json']).default('yaml'))
    .option('--gate-image <image>', 'image of the gate', 'flak-gate')
    .option('--gate-timeout <seconds>', 'default timeout of the gate', seconds, 60)
    .addOption(
      new Option('--medium <medium>', 'where namespaces without Pod Security labels let the gate look')
        .choices(GATE_MEDIA)
        .default('hostPath'),
    )
    .option('--namespace-label <key=value...>', 'labels of the namespace (default: flak.dev/trace=true)', label)
    .addHelpText(
      'after',
      examples('flak inject -f pod.yaml', 'kubectl get deploy web -o yaml | flak inject -f - -o json'),
    )
    .action(async (options: InjectOptions) => {
      ended(await inject(options, deps));
    });
}

function addUninstall(program: Command, deps: ProgramDeps, ended: Ended): void {
  withConnection(program.command('uninstall'))
    .description('export the profiles, then remove everything that Flak made in the cluster')
    .option('--export <folder>', `where the profiles go (default: ${DEFAULT_EXPORT_FOLDER}); must not exist yet`)
    .option('--discard-profiles', 'throw the profiles away instead')
    .option('--timeout <seconds>', 'how long to wait until everything is gone', seconds, 120)
    .addOption(jsonOutput())
    .addHelpText(
      'after',
      examples('flak uninstall --export ./profiles', 'flak uninstall --discard-profiles --kubeconfig ~/.kube/test'),
    )
    .action(async (options: UninstallOptions) => {
      ended(await uninstall(options, deps));
    });
}

function withConnection(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'the cluster (default: $KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig');
}

function withScope(command: Command): Command {
  return command
    .option('-n, --namespace <namespace>', "one namespace (default: the context's)")
    .option('-A, --all-namespaces', 'all namespaces')
    .addOption(jsonOutput());
}

function jsonOutput(): Option {
  return new Option('-o, --output <format>', 'for programs (docs/cli.md says the shape)').choices(['json']);
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n${EXIT_CODES_TEXT}`;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 600) throw new InvalidArgumentError('Give 1 to 600 seconds.');
  return value;
}

function label(text: string, previous: readonly string[] | undefined): string[] {
  if (!/^[^=]+=[^=]*$/.test(text)) throw new InvalidArgumentError('Give key=value.');
  return [...(previous ?? []), text];
}
