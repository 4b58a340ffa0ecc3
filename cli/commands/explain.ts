/** `flak explain`. */
import type { Command } from 'commander';
import { explainProfile } from '../../profile/explain.ts';
import { renderReport } from '../../profile/report/html.ts';
import { renderExplanation } from '../../profile/report/text.ts';
import type { DeliverDeps } from '../deliver.ts';
import { deliver, toJson } from '../deliver.ts';
import type { Ending } from '../ending.ts';
import { DONE } from '../ending.ts';
import type { LoadDeps } from '../load-profile.ts';
import { loadProfile, PROFILE_ARGUMENT } from '../load-profile.ts';
import type { Ended } from '../registration.ts';
import { examples, jsonOutput, withConnection, withNamespace } from '../registration.ts';
import type { WhichProfile } from '../stored-profile.ts';

interface ExplainOptions extends WhichProfile {
  readonly html?: string;
  readonly output?: 'json';
}

export type ExplainDeps = LoadDeps & DeliverDeps;

export function addExplain(parent: Command, deps: ExplainDeps, ended: Ended): void {
  withNamespace(withConnection(parent.command('explain')))
    .description('what each call of a profile is for, how risky it is, and what is left of the kernel')
    .argument('<profile>', PROFILE_ARGUMENT)
    .option('-c, --container <container>', 'which container, for profiles in the cluster')
    .option('--html <file>', 'write a report to read and print, in one file that asks nothing of the network')
    .addOption(jsonOutput())
    .addHelpText(
      'after',
      examples(
        'flak explain web.json',
        'flak explain deploy/web -c nginx --html web.html',
        'flak explain web.json -o json | jq .surface',
      ),
    )
    .action(async (name: string, options: ExplainOptions) => {
      ended(await explain(name, options, deps));
    });
}

async function explain(name: string, options: ExplainOptions, deps: ExplainDeps): Promise<Ending> {
  const loaded = await loadProfile(name, options, deps);
  if (loaded.kind !== 'ok') return loaded;
  const explanation = explainProfile(loaded.value);
  if (options.html !== undefined) {
    const written = await deliver(renderReport(explanation), options.html, deps);
    if (written.kind !== 'done') return written;
  }
  if (options.output === 'json') deps.terminal.out(toJson(explanation));
  else if (options.html === undefined) deps.terminal.out(renderExplanation(explanation, deps.terminal));
  return DONE;
}
