/**
 * How a command joins the program. One file per command in commands/ exports its `add…`, which program.ts lists:
 * options, help and examples, and an action that tells how it ended.
 */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Ending } from './ending.ts';

/** Told how the command that ran came out. */
export type Ended = (ending: Ending) => void;
/** Adds a command below `parent`. `Deps` are the ports that the command needs, and no others. */
export type AddCommand<Deps> = (parent: Command, deps: Deps, ended: Ended) => void;

export const EXIT_CODES_TEXT = `
Exit codes: 0 done, 1 the answer is no (nothing found, a difference, something left), 2 wrong usage, 3 the machine or the cluster doesn't allow it.`;

/** The end of every command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n${EXIT_CODES_TEXT}`;
}

/** After a wrong option: it may have been meant for the command that is to run. */
export const BEHIND_DASHES = '(a command with options of its own stands behind --, as in: -- ls -la)';

/** `--kubeconfig` and `--context`. */
export function withConnection(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'the cluster (default: $KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig');
}

/** `-n` alone, for commands about one object. */
export function withNamespace(command: Command): Command {
  return command.option('-n, --namespace <namespace>', "where it is (default: the context's namespace)");
}

/** `-n`, `-A` and `-o json`, for commands that list. */
export function withScope(command: Command): Command {
  return command
    .option('-n, --namespace <namespace>', "one namespace (default: the context's)")
    .option('-A, --all-namespaces', 'all namespaces')
    .addOption(jsonOutput());
}

export function jsonOutput(): Option {
  return new Option('-o, --output <format>', 'for programs (docs/cli.md says the shape)').choices(['json']);
}

export function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 600) throw new InvalidArgumentError('Give 1 to 600 seconds.');
  return value;
}
