/** `flak record`: a profile of a command, without a cluster. */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Ending } from '../ending.ts';
import { usage } from '../ending.ts';
import type { RecordOptions } from '../record/options.ts';
import type { Record } from '../record/record.ts';
import type { Ended } from '../registration.ts';
import { BEHIND_DASHES, examples } from '../registration.ts';
import type { Terminal } from '../terminal.ts';

export interface RecordDeps {
  readonly terminal: Terminal;
  readonly record: Record;
}

export function addRecord(parent: Command, deps: RecordDeps, ended: Ended): void {
  parent
    .command('record')
    .showHelpAfterError(BEHIND_DASHES)
    .description('record a command, or what runs already, on this machine; needs root, no cluster')
    .argument('[command...]', 'what to run, after --; its exit code becomes that of flak record')
    .option(
      '-o, --output <file>',
      'where the profile goes (default: flak.json, with --format oci seccomp.json); - for stdout',
    )
    .addOption(
      new Option('--format <format>', 'flak: all that is known; oci: seccomp JSON for runtimes')
        .choices(['flak', 'oci'])
        .default('flak'),
    )
    .option('--merge', 'add to what the file holds already instead of replacing it')
    .option(
      '--user <user>',
      'who the command runs as: NAME, UID or UID:GID (default: who called sudo, else the caller)',
    )
    .addOption(new Option('--ready-after <seconds>', 'from then on calls count as serving').argParser(seconds))
    .addOption(
      new Option('--ready-on <signal>', 'the same from this signal on, which the command does not get').choices([
        'SIGUSR1',
        'SIGUSR2',
      ]),
    )
    .option('--cgroup <path>', 'record what runs in this cgroup, until it is empty or Ctrl-C')
    .addOption(
      new Option('--pid <pid>', 'record this process and its children, until they end or Ctrl-C').argParser(pid),
    )
    .addHelpText(
      'after',
      examples(
        'sudo flak record -o server.json -- ./server --self-test',
        'sudo flak record --format oci -o seccomp.json --user www-data -- nginx -g "daemon off;"',
        'sudo flak record --pid $(pidof redis-server)',
      ) + '\nOnce the command has run, its own exit code is passed on, as a shell does.',
    )
    .action(async (command: string[], options: RecordOptions) => {
      ended(misuse(command, options) ?? (await deps.record(options, command, deps.terminal)));
    });
}

function misuse(
  command: readonly string[],
  { output, cgroup, pid: process, user, merge, format }: RecordOptions,
): Ending | null {
  if (output === 'json')
    return usage('-o names the file of the profile here, which is JSON in any case; give one, such as -o flak.json.');
  const subjects = [command.length > 0, cgroup !== undefined, process !== undefined].filter(Boolean).length;
  if (subjects !== 1) return usage('name one thing to record: a command after --, --cgroup or --pid.');
  if (user !== undefined && command.length === 0)
    return usage('--user is for commands; what runs already stays who it is. Leave it out.');
  if (merge === true && format === 'oci')
    return usage('--merge needs the counts that only the Flak format keeps; leave out --format oci.');
  return null;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 86_400)) throw new InvalidArgumentError('Give 0.001 to 86400 seconds.');
  return value;
}

function pid(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Give the number of a process.');
  return value;
}
