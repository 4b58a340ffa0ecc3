/** `flak profile get`. */
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
import type { Terminal } from '../terminal.ts';

export const PROFILE_FORMATS = ['oci', 'flak'] as const;

export interface ProfileGetOptions extends ConnectionOptions {
  readonly namespace?: string;
  readonly container?: string;
  readonly format: (typeof PROFILE_FORMATS)[number];
}

interface StoredProfile {
  readonly profile: ProfileObject;
  readonly newest: Revision;
  readonly seccomp: string;
}

/** The newest revision on stdout; what it is and how complete on stderr, so that a redirected file is a usable profile. */
export async function getProfile(
  wanted: string,
  options: ProfileGetOptions,
  deps: { readonly connect: Connect; readonly terminal: Terminal },
): Promise<Ending> {
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
  { connect, terminal }: { readonly connect: Connect; readonly terminal: Terminal },
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
