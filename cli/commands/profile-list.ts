/** `flak profile list`. */
import type { Command } from 'commander';
import { describeCompleteness } from '../../profile/completeness.ts';
import { KINDS } from '../../webhook/kube/kinds.ts';
import type { ProfileObject } from '../objects.ts';
import { profileObjectSchema } from '../objects.ts';
import type { Ended } from '../registration.ts';
import type { ListDeps, Listing } from './listing.ts';
import { addListing } from './listing.ts';

const PROFILES: Listing<ProfileObject> = {
  name: 'profiles',
  description: 'what is stored, and how complete it is',
  examples: ['flak profile list -A', 'flak profile list -n shop -o json'],
  kind: KINDS.syscallProfiles,
  schema: profileObjectSchema,
  entryOf,
  headings: ['NAMESPACE', 'NAME', 'CONTAINER', 'SYSCALLS', 'COMPLETENESS'],
  rowOf: (profile) => {
    const { namespace, name, container, syscalls, completeness } = entryOf(profile);
    return [namespace, name, container, String(syscalls), completeness];
  },
};

export function addProfileList(parent: Command, deps: ListDeps, ended: Ended): void {
  addListing(parent, PROFILES, deps, ended);
}

function entryOf({ metadata, spec, status }: ProfileObject) {
  const [newest] = status?.revisions ?? [];
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    workload: spec.workload,
    container: spec.container,
    image: newest?.image ?? '',
    syscalls: status?.syscallCount ?? 0,
    contributors: status?.contributorCount ?? 0,
    level: newest?.completeness.level ?? null,
    completeness: newest ? describeCompleteness(newest) : 'nothing recorded yet',
    revisions: status?.revisions.length ?? 0,
  };
}
