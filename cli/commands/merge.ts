/** `flak merge`. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { ProfileDocument } from '../../profile/document.ts';
import { mergeDocuments } from '../../profile/merge-documents.ts';
import type { DeliverDeps } from '../deliver.ts';
import { deliver, TO_OPTION, toJson } from '../deliver.ts';
import type { Ending } from '../ending.ts';
import { usage } from '../ending.ts';
import type { LoadDeps } from '../load-profile.ts';
import { loadProfile, PROFILE_ARGUMENT } from '../load-profile.ts';
import type { Ended } from '../registration.ts';
import { examples, withConnection, withNamespace } from '../registration.ts';
import type { WhichProfile } from '../stored-profile.ts';

interface MergeOptions extends WhichProfile {
  readonly format?: 'oci' | 'flak';
  readonly acrossImages?: boolean;
  readonly to?: string;
  readonly output?: 'json';
}

export type MergeDeps = LoadDeps & DeliverDeps;

export function addMerge(parent: Command, deps: MergeDeps, ended: Ended): void {
  withNamespace(withConnection(parent.command('merge')))
    .description('one profile that allows what any of several allows; of one, the same in another format')
    .argument('<profiles...>', PROFILE_ARGUMENT)
    .option('-c, --container <container>', 'which container, for profiles in the cluster')
    .addOption(
      new Option('--format <format>', 'default: flak where all profiles say how they were recorded, else oci').choices([
        'oci',
        'flak',
      ]),
    )
    .option('--across-images', 'take recordings of different images for one')
    .option(...TO_OPTION)
    .addOption(new Option('-o, --output <format>', 'the result is JSON in any case').choices(['json']))
    .addHelpText(
      'after',
      examples(
        'flak merge run-1.json run-2.json run-3.json --to web.json',
        'flak merge deploy/web local.json --format oci',
        'flak merge recorded.json --format oci --to seccomp.json',
      ),
    )
    .action(async (names: string[], options: MergeOptions) => {
      ended(await merge(names, options, deps));
    });
}

async function merge(names: readonly string[], options: MergeOptions, deps: MergeDeps): Promise<Ending> {
  if (names.filter((name) => name === '-').length > 1)
    return usage('only one profile can come from stdin; name files for the others.');
  const documents: ProfileDocument[] = [];
  for (const name of names) {
    const loaded = await loadProfile(name, options, deps);
    if (loaded.kind !== 'ok') return loaded;
    documents.push(loaded.value);
  }
  const merging = mergeDocuments(documents, {
    acrossImages: options.acrossImages === true,
    rulesDo: options.format === 'oci',
  });
  switch (merging.kind) {
    case 'impossible':
      return usage(`these can't be merged: ${merging.why}`);
    case 'rules':
      if (options.format === 'flak')
        return usage('some of these hold rules alone, of which no Flak profile can be made; leave --format out.');
      return deliver(toJson(merging.merged), options.to, deps);
    case 'recordings':
      deps.terminal.note(merging.merged.summary);
      return deliver(toJson(options.format === 'oci' ? merging.merged.seccomp : merging.merged), options.to, deps);
  }
}
