/** `flak verify`: whether a command can live with a profile. */
import type { Command } from 'commander';
import type { Ended } from '../registration.ts';
import { BEHIND_DASHES, examples, jsonOutput } from '../registration.ts';
import type { Terminal } from '../terminal.ts';
import type { VerifyOptions } from '../verify/options.ts';
import type { Verify } from '../verify/verify.ts';

export interface VerifyDeps {
  readonly terminal: Terminal;
  readonly verify: Verify;
}

export function addVerify(parent: Command, deps: VerifyDeps, ended: Ended): void {
  parent
    .command('verify')
    .showHelpAfterError(BEHIND_DASHES)
    .description('run a command under a profile that only logs, then under the profile itself; needs root, no cluster')
    .argument('<profile>', 'a file (OCI, Flak or SyscallProfile), - for stdin')
    .argument('<command...>', 'what to run, after --; it is run twice')
    .option(
      '--user <user>',
      'who the command runs as: NAME, UID or UID:GID (default: who called sudo, else the caller)',
    )
    .option('--write', 'where nothing is found, put the level verified into the profile, a file in the Flak format')
    .option('--propose <file>', 'where something is found, write the profile with it added there, in the Flak format')
    .addOption(jsonOutput())
    .addHelpText(
      'after',
      examples(
        'sudo flak verify flak.json -- ./server --self-test',
        'sudo flak verify seccomp.json -o json -- ./server --self-test > findings.json',
      ),
    )
    .action(async (profile: string, command: string[], options: VerifyOptions) => {
      ended(await deps.verify(profile, command, options, deps.terminal));
    });
}
