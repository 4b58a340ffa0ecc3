/** `flak verify`: whether a command, or a workload of the cluster, can live with its profile. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Ending } from '../ending.ts';
import { usage } from '../ending.ts';
import type { Ended } from '../registration.ts';
import { BEHIND_DASHES, examples, jsonOutput, withConnection, withNamespace } from '../registration.ts';
import type { Terminal } from '../terminal.ts';
import type { CanaryOptions } from '../verify/canary/options.ts';
import type { VerifyWorkload } from '../verify/canary/verify-workload.ts';
import type { VerifyOptions } from '../verify/options.ts';
import type { Verify } from '../verify/verify.ts';

export interface VerifyDeps {
  readonly terminal: Terminal;
  readonly verify: Verify;
  readonly verifyWorkload: VerifyWorkload;
}

type Options = Omit<VerifyOptions, 'output'> & CanaryOptions;

/** Options of one way of verifying, by the names that commander gives them. */
const OF_COMMANDS: readonly (keyof Options)[] = ['user', 'write'];
const OF_WORKLOADS: readonly (keyof Options)[] = [
  'namespace',
  'kubeconfig',
  'context',
  'container',
  'for',
  'untilReady',
  'readyTimeout',
  'withTraffic',
];

export function addVerify(parent: Command, deps: VerifyDeps, ended: Ended): void {
  withNamespace(withConnection(parent.command('verify')))
    .showHelpAfterError(BEHIND_DASHES)
    .description(
      'run a command (root, no cluster), or a canary of a workload, under its profile: first only logging, then enforced',
    )
    .argument(
      '<what>',
      'with a command: a file (OCI, Flak or SyscallProfile), - for stdin; else deploy/web, sts/, ds/, job/ …',
    )
    .argument('[command...]', 'what to run, after --; it is run twice')
    .option(
      '--user <user>',
      'a command: who it runs as: NAME, UID or UID:GID (default: who called sudo, else the caller)',
    )
    .option(
      '--write',
      'a command: where nothing is found, put the level verified into the profile, a file in the Flak format',
    )
    .option('--propose <file>', 'where something is found, write the profile with it added there, in the Flak format')
    .option('-c, --container <container>', 'a workload: this container alone (default: all that have a profile)')
    .option(
      '--for <duration>',
      'a workload: how long each canary serves, as 90s, 5m, 1h (default: 30s; a Job: 10m at most)',
      duration,
    )
    .option('--until-ready', 'a workload: only until the canary is ready')
    .option(
      '--ready-timeout <duration>',
      'a workload: how long each canary may take to become ready (default: 3m)',
      duration,
    )
    .option(
      '--with-traffic',
      'a workload: keep the labels that Services select by, so that canaries get a share of what is real',
    )
    .addOption(jsonOutput())
    .addHelpText(
      'after',
      examples(
        'sudo flak verify flak.json -- ./server --self-test',
        'sudo flak verify seccomp.json -o json -- ./server --self-test > findings.json',
        'flak verify deploy/web -n shop --for 5m --with-traffic',
        'flak verify job/migrate -c main --propose main.json',
      ),
    )
    .action(async (what: string, command: string[], options: Options) => {
      ended(await run(what, command, options, deps));
    });
}

async function run(what: string, command: readonly string[], options: Options, deps: VerifyDeps): Promise<Ending> {
  const foreign = (command.length > 0 ? OF_WORKLOADS : OF_COMMANDS).find((name) => options[name] !== undefined);
  const shown = foreign?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) ?? '';
  if (foreign !== undefined && command.length > 0)
    return usage(`--${shown} is for workloads of a cluster, without a command.`);
  if (foreign !== undefined) return usage(`--${shown} is for a command, which stands behind --.`);
  return command.length > 0 ? deps.verify(what, command, options, deps.terminal) : deps.verifyWorkload(what, options);
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
/** Beyond that the canary's own deadline would end it (profile/placement.ts, MAX_CANARY_SECONDS). */
const LONGEST_SECONDS = 5 * 3600;

/** Seconds. */
function duration(text: string): number {
  const [, count, unit = 's'] = /^(\d{1,5})([smh]?)$/.exec(text) ?? [];
  const value = Number(count) * (UNITS[unit || 's'] ?? 1);
  if (!(value >= 1 && value <= LONGEST_SECONDS)) throw new InvalidArgumentError('Give 1s to 5h, as 90s, 5m or 1h.');
  return value;
}
