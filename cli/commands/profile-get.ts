/** `flak profile get`. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { describeCompleteness } from '../../profile/completeness.ts';
import { describeProbes } from '../../profile/describe-probes.ts';
import { declaredGroups } from '../../profile/declared-groups.ts';
import { ARGUMENT_MODES } from '../../profile/enforced.ts';
import { toFlakFormat } from '../../profile/flak-format.ts';
import { toArtifact } from '../../profile/oci-artifact.ts';
import { ociProfileSchema } from '../../profile/oci-profile.ts';
import { renderSeccomp, storedOptions, toSeccomp } from '../../profile/seccomp.ts';
import type { ProfileOptions } from '../../profile/seccomp.ts';
import { toOperatorProfile } from '../../profile/spo.ts';
import type { Revision } from '../../profile/syscall-profile.ts';
import type { Connect } from '../connection.ts';
import type { DeliverDeps } from '../deliver.ts';
import { deliver, TO_OPTION, toJson } from '../deliver.ts';
import type { Ending, Result } from '../ending.ts';
import { DONE, usage } from '../ending.ts';
import type { Ended } from '../registration.ts';
import { examples, jsonOutput, withConnection, withNamespace } from '../registration.ts';
import type { StoredProfile, WhichProfile } from '../stored-profile.ts';
import { readStored } from '../stored-profile.ts';
import type { ExportedFile } from '../uninstall/export.ts';

const PROFILE_FORMATS = ['oci', 'spo', 'flak', 'yaml', 'artifact'] as const;

interface ProfileGetOptions extends WhichProfile {
  readonly selector?: string;
  readonly format: (typeof PROFILE_FORMATS)[number];
  readonly args?: ProfileOptions['arguments'];
  readonly foreign?: boolean;
  readonly to?: string;
  readonly output?: 'json';
}

export interface ProfileGetDeps extends DeliverDeps {
  readonly connect: Connect;
  /** Writes all files below a folder that must not exist yet, or none. */
  readonly writeFolder: (folder: string, files: readonly ExportedFile[]) => Promise<Result<undefined>>;
  readonly sha256: (text: string) => string;
}

export function addProfileGet(parent: Command, deps: ProfileGetDeps, ended: Ended): void {
  withNamespace(withConnection(parent.command('get')))
    .description('print the newest profile of a workload: on stdout the file, on stderr how complete it is')
    .argument('[name]', 'name of the SyscallProfile, of the workload (also as deploy/web), or of a traced pod')
    .option('-l, --selector <selector>', 'labels of its pods, instead of a name')
    .option('-c, --container <container>', 'which of its containers')
    .addOption(
      new Option(
        '--format <format>',
        'oci: seccomp JSON for runtimes; spo: SeccompProfile of the security-profiles-operator; flak: all that is known ' +
          'of it; yaml: the SyscallProfile as a manifest; artifact: OCI image layout to push to a registry',
      )
        .choices(PROFILE_FORMATS)
        .default('oci'),
    )
    .addOption(new Option('--args <which>', 'rules on argument values (docs/profile.md)').choices(ARGUMENT_MODES))
    .option('--foreign', 'also allow what was done through kubectl exec')
    .option(...TO_OPTION)
    .addOption(jsonOutput())
    .addHelpText(
      'after',
      examples(
        'flak profile get deploy/web -c nginx > web.json',
        'flak profile get -l app=web --format spo | kubectl apply -f -',
        'flak profile get web --format artifact --to web-profile && oras cp --from-oci-layout web-profile:latest REGISTRY/web-profile:1',
      ),
    )
    .action(async (name: string | undefined, options: ProfileGetOptions) => {
      ended(await getProfile(name, options, deps));
    });
}

/** The newest revision on stdout; what it is and how complete on stderr, so that a redirected file is a usable profile. */
async function getProfile(name: string | undefined, options: ProfileGetOptions, deps: ProfileGetDeps): Promise<Ending> {
  const { selector } = options;
  if ((name === undefined) === (selector === undefined))
    return usage('give the name of a profile, workload or pod, or -l with labels of its pods, and not both.');
  const wanted =
    name === undefined ? { kind: 'labelled' as const, selector: selector ?? '' } : { kind: 'named' as const, name };
  const stored = await readStored(wanted, options, deps);
  if (stored.kind !== 'ok') return stored;
  const { workload, container } = stored.value.spec;
  const summary = describeCompleteness(stored.value.status.revisions[0]);
  deps.terminal.note(`${workload.kind} ${workload.name}, container ${container}: ${summary}`);
  for (const line of describeProbes(stored.value.status.revisions[0])) deps.terminal.note(line);
  const format = options.output === 'json' ? 'flak' : options.format;
  if (format === 'artifact') return writeArtifact(stored.value, options, deps);
  return deliver(render(stored.value, format, options, summary), options.to, deps);
}

function render(
  stored: StoredProfile,
  format: Exclude<ProfileGetOptions['format'], 'artifact'>,
  options: ProfileGetOptions,
  summary: string,
): string {
  const { metadata, spec, status } = stored;
  const [newest] = status.revisions;
  switch (format) {
    case 'oci':
      return rulesOf(stored, options);
    case 'flak':
      return toJson(
        toFlakFormat(spec.workload, spec.container, newest, declaredGroups(), profileOptions(newest, options)),
      );
    case 'spo':
      return stringify(
        toOperatorProfile(metadata.name, summary, ociProfileSchema.parse(JSON.parse(rulesOf(stored, options)))),
      );
    case 'yaml':
      return stringify({ apiVersion: 'flak.dev/v1alpha1', kind: 'SyscallProfile', metadata, spec, status });
  }
}

/** The stored file, unless other rules are asked for. */
function rulesOf({ status }: StoredProfile, options: ProfileGetOptions): string {
  if (options.args === undefined && options.foreign === undefined) return status.seccomp;
  return renderSeccomp(toSeccomp(status.revisions[0], declaredGroups(), profileOptions(status.revisions[0], options)));
}

function profileOptions(newest: Revision, { args, foreign }: ProfileGetOptions): ProfileOptions {
  const stored = storedOptions(newest);
  return { arguments: args ?? stored.arguments, foreign: foreign ?? stored.foreign };
}

async function writeArtifact(stored: StoredProfile, options: ProfileGetOptions, deps: ProfileGetDeps): Promise<Ending> {
  if (options.to === undefined) return usage('an artifact is a folder; name a new one with --to.');
  const seccomp = ociProfileSchema.parse(JSON.parse(rulesOf(stored, options)));
  const { files, digest, folded } = toArtifact(seccomp, 'latest', deps.sha256);
  const written = await deps.writeFolder(options.to, files);
  if (written.kind !== 'ok') return written;
  if (folded.length > 0)
    deps.terminal.note(`allowed whatever their arguments, since readers take no more rules: ${folded.join(', ')}`);
  deps.terminal.note(`wrote ${options.to}:latest, ${digest}`);
  return DONE;
}
