/** `flak profile get`. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { describeCompleteness } from '../../profile/completeness.ts';
import { declaredGroups } from '../../profile/declared-groups.ts';
import { toFlakFormat } from '../../profile/flak-format.ts';
import type { Revision } from '../../profile/syscall-profile.ts';
import { KINDS } from '../../webhook/kube/kinds.ts';
import { listAs } from '../cluster.ts';
import type { Connect, ConnectionOptions } from '../connection.ts';
import type { Ending, Result } from '../ending.ts';
import { DONE, finding, ok } from '../ending.ts';
import { findProfile } from '../find-profile.ts';
import type { ProfileObject } from '../objects.ts';
import { profileObjectSchema } from '../objects.ts';
import type { Ended } from '../registration.ts';
import { examples, withConnection, withNamespace } from '../registration.ts';
import type { Terminal } from '../terminal.ts';

const PROFILE_FORMATS = ['oci', 'flak'] as const;

interface ProfileGetOptions extends ConnectionOptions {
  readonly namespace?: string;
  readonly container?: string;
  readonly format: (typeof PROFILE_FORMATS)[number];
}

interface ProfileGetDeps {
  readonly connect: Connect;
  readonly terminal: Terminal;
}

export function addProfileGet(parent: Command, deps: ProfileGetDeps, ended: Ended): void {
  withNamespace(withConnection(parent.command('get')))
    .description('print the newest profile of a workload: on stdout the file, on stderr how complete it is')
    .argument('<name>', 'name of the SyscallProfile or of the workload, also as kind/name (deploy/web)')
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
}

interface StoredProfile {
  readonly profile: ProfileObject;
  readonly newest: Revision;
  readonly seccomp: string;
}

/** The newest revision on stdout; what it is and how complete on stderr, so that a redirected file is a usable profile. */
async function getProfile(wanted: string, options: ProfileGetOptions, deps: ProfileGetDeps): Promise<Ending> {
  const stored = await readProfile(wanted, options, deps);
  if (stored.kind !== 'ok') return stored;
  const { profile, newest, seccomp } = stored.value;
  const { workload, container } = profile.spec;
  deps.terminal.note(`${workload.kind} ${workload.name}, container ${container}: ${describeCompleteness(newest)}`);
  deps.terminal.out(
    options.format === 'oci'
      ? seccomp
      : `${JSON.stringify(toFlakFormat(workload, container, newest, declaredGroups()), null, 2)}\n`,
  );
  return DONE;
}

async function readProfile(
  wanted: string,
  options: ProfileGetOptions,
  { connect, terminal }: ProfileGetDeps,
): Promise<Result<StoredProfile>> {
  const connection = connect(options);
  if (connection.kind !== 'ok') return connection;
  const namespace = options.namespace ?? connection.value.namespace;
  const { cluster } = connection.value;
  const profiles = await listAs(cluster, KINDS.syscallProfiles, namespace, profileObjectSchema, terminal.note);
  if (profiles.kind !== 'ok') return profiles;
  const found = findProfile(profiles.value, wanted, options.container);
  if (found.kind !== 'ok') return found;
  const profile = found.value;
  const [newest] = profile.status?.revisions ?? [];
  if (!profile.status || !newest)
    return finding(`nothing is stored yet in ${profile.metadata.name}: its first trace is still being merged.`);
  return ok({ profile, newest, seccomp: profile.status.seccomp });
}
