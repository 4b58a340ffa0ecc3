/** `flak check`. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { Finding, Severity } from '../../profile/check.ts';
import { checkProfile } from '../../profile/check.ts';
import { toJson } from '../deliver.ts';
import type { Ending } from '../ending.ts';
import { DONE, finding } from '../ending.ts';
import type { LoadDeps } from '../load-profile.ts';
import { loadProfile, PROFILE_ARGUMENT } from '../load-profile.ts';
import type { Ended } from '../registration.ts';
import { examples, jsonOutput, withConnection, withNamespace } from '../registration.ts';
import type { WhichProfile } from '../stored-profile.ts';
import type { Style, Terminal } from '../terminal.ts';

/** From worst to least. */
const SEVERITIES = ['error', 'warning', 'risk'] as const satisfies readonly Severity[];
const STYLES = { error: 'bad', warning: 'notable', risk: 'faint' } as const satisfies Record<Severity, Style>;

interface CheckOptions extends WhichProfile {
  readonly failOn: Severity;
  readonly output?: 'json';
}

export function addCheck(parent: Command, deps: LoadDeps, ended: Ended): void {
  withNamespace(withConnection(parent.command('check')))
    .description('what is wrong with a profile, or worth a second look')
    .argument('<profiles...>', PROFILE_ARGUMENT)
    .option('-c, --container <container>', 'which container, for profiles in the cluster')
    .addOption(
      new Option('--fail-on <severity>', 'end with code 1 for findings of this severity or worse')
        .choices(SEVERITIES)
        .default('error'),
    )
    .addOption(jsonOutput())
    .addHelpText(
      'after',
      examples('flak check web.json', 'flak check --fail-on warning seccomp/*.json', 'flak check deploy/web -o json'),
    )
    .action(async (names: string[], options: CheckOptions) => {
      ended(await check(names, options, deps));
    });
}

async function check(names: readonly string[], options: CheckOptions, deps: LoadDeps): Promise<Ending> {
  const checked: { readonly source: string; readonly findings: readonly Finding[] }[] = [];
  for (const name of names) {
    const loaded = await loadProfile(name, options, deps);
    if (loaded.kind !== 'ok') return loaded;
    checked.push({ source: loaded.value.source, findings: checkProfile(loaded.value) });
  }
  if (options.output === 'json') deps.terminal.out(toJson({ profiles: checked }));
  else for (const { source, findings } of checked) deps.terminal.out(renderFindings(source, findings, deps.terminal));
  const counted = SEVERITIES.slice(0, SEVERITIES.indexOf(options.failOn) + 1);
  const failing = checked.flatMap(({ findings }) => findings.filter(({ severity }) => counted.includes(severity)));
  if (failing.length === 0) return DONE;
  const what = failing.length === 1 ? 'finding' : 'findings';
  return finding(
    `${failing.length} ${what} of severity ${counted.join(' or ')}; change the rules named above, or choose --fail-on.`,
  );
}

function renderFindings(source: string, findings: readonly Finding[], { heading, paint }: Terminal): string {
  if (findings.length === 0) return `${heading(source)}: nothing to say\n`;
  const lines = findings.map(({ severity, code, subject, message }) => {
    const what = subject === '' ? code : `${code} ${subject}`;
    return `  ${paint(STYLES[severity], severity.padEnd(7))}  ${what}: ${message}`;
  });
  return `${heading(source)}\n${lines.map((line) => `${line}\n`).join('')}`;
}
