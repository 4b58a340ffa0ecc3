/** SyscallProfile objects: one trace's contribution is merged in, whoever else writes at the same time. */
import { z } from 'zod';
import { declaredGroups } from '../../profile/declared-groups.ts';
import { mergeContribution } from '../../profile/merge.ts';
import { syscallProfileStatusSchema, workloadSchema } from '../../profile/syscall-profile.ts';
import type { Contribution, SyscallProfileStatus, Workload } from '../../profile/syscall-profile.ts';
import { archivedProfile, distinctProfileName, profileName } from '../controller/object-names.ts';
import { API_GROUP, API_VERSION, ARCHIVED_FROM_LABEL, LABELS } from '../names.ts';
import { metadataSchema, readWith } from './read-object.ts';
import type { Failure, Outcome } from './outcome.ts';
import type { Resource } from './resource.ts';

export interface ProfileTarget {
  readonly namespace: string;
  readonly workload: Workload;
  readonly container: string;
  /** The namespace is being deleted: the profile goes to Flak's own. */
  readonly archive: boolean;
}

/** Answers the name it was stored under (with `flak-system/` in front where it was archived). */
export type StoreProfile = (target: ProfileTarget, contribution: Contribution) => Promise<Outcome<string>>;

/** Writers at once that one profile bears before the turn is given up and comes back later. */
const MAX_CONFLICTS = 10;

const specSchema = z.object({ workload: workloadSchema, container: z.string() });
const profileSchema = z.object({
  metadata: metadataSchema,
  spec: specSchema,
  status: syscallProfileStatusSchema.nullish(),
});
const namedSchema = z.object({ metadata: metadataSchema });

export function createStoreProfile(profiles: Resource): StoreProfile {
  return async (target, contribution) => {
    const first = await storeAs(profiles, profileName(target.workload, target.container), target, contribution);
    if (first !== 'not-ours') return first;
    const distinct = distinctProfileName(target.workload, target.container);
    const second = await storeAs(profiles, distinct, target, contribution);
    return second === 'not-ours'
      ? { kind: 'refused', status: 409, message: `${distinct} is another's profile` }
      : second;
  };
}

/** `not-ours`: the name is taken by the profile of another workload or container. */
type Stored = Outcome<string> | 'not-ours';

async function storeAs(
  profiles: Resource,
  name: string,
  target: ProfileTarget,
  contribution: Contribution,
): Promise<Stored> {
  const archive: Place = { ...archivedProfile(target.namespace, name), archivedFrom: target.namespace };
  if (target.archive) return storeAt(profiles, archive, target, contribution);
  const stored = await storeAt(profiles, { namespace: target.namespace, name }, target, contribution);
  return stored !== 'not-ours' && isTerminating(stored) ? storeAt(profiles, archive, target, contribution) : stored;
}

interface Place {
  readonly namespace: string;
  readonly name: string;
  readonly archivedFrom?: string;
}

/** The words of the NamespaceLifecycle admission plugin (k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle). */
function isTerminating(outcome: Outcome<unknown>): boolean {
  return outcome.kind === 'refused' && /because it is being terminated/.test(outcome.message);
}

/** Read, merge, write with the version that was read; a conflict means that somebody else's trace must count too. */
async function storeAt(
  profiles: Resource,
  place: Place,
  target: ProfileTarget,
  contribution: Contribution,
): Promise<Stored> {
  for (let tries = 0; tries < MAX_CONFLICTS; tries += 1) {
    const read = await readOrCreate(profiles, place, target);
    if (read.kind === 'already-exists') continue;
    if (read.kind !== 'ok') return read;
    const { resourceVersion, spec, status } = read.value;
    if (!isProfileOf(spec, target)) return 'not-ours';
    const merged = mergeContribution(status, contribution, { groups: declaredGroups() });
    const body = { ...objectOf(place, target, resourceVersion), status: merged };
    const written = await profiles.replace(place.namespace, place.name, body, 'status');
    if (written.kind === 'ok') return { kind: 'ok', value: shownName(place) };
    if (written.kind !== 'conflict' && written.kind !== 'not-found') return written;
  }
  return { kind: 'conflict' };
}

/** The version of an API may change, its group stays. */
function isProfileOf({ workload, container }: ProfileSpec, target: ProfileTarget): boolean {
  const groupOf = (one: Workload): string => one.apiVersion.replace(/\/?[^/]*$/, '');
  return (
    container === target.container &&
    workload.kind === target.workload.kind &&
    workload.name === target.workload.name &&
    groupOf(workload) === groupOf(target.workload)
  );
}

function shownName(place: Place): string {
  return place.archivedFrom === undefined ? place.name : `${place.namespace}/${place.name}`;
}

type ProfileSpec = z.infer<typeof specSchema>;

interface Read {
  readonly spec: ProfileSpec;
  readonly resourceVersion: string;
  readonly status: SyscallProfileStatus | undefined;
}

async function readOrCreate(profiles: Resource, place: Place, target: ProfileTarget): Promise<Outcome<Read>> {
  const read = await profiles.get(place.namespace, place.name);
  if (read.kind === 'ok') return parse(read.value);
  if (read.kind !== 'not-found') return read;
  const created = await profiles.create(place.namespace, objectOf(place, target));
  return created.kind === 'ok' ? parse(created.value) : created;
}

/** A status that this version can't read is not overwritten: it may be a newer one's. */
function parse(object: unknown): Outcome<Read> {
  const profile = readWith(profileSchema, object);
  if (profile !== null) {
    const { metadata, spec, status } = profile;
    return { kind: 'ok', value: { resourceVersion: metadata.resourceVersion, spec, status: status ?? undefined } };
  }
  const name = readWith(namedSchema, object)?.metadata.name ?? '';
  const failure: Failure = {
    kind: 'refused',
    status: 422,
    message: `the SyscallProfile ${name} has another form`,
  };
  return failure;
}

function objectOf(place: Place, { workload, container }: ProfileTarget, resourceVersion?: string): object {
  return {
    apiVersion: `${API_GROUP}/${API_VERSION}`,
    kind: 'SyscallProfile',
    metadata: {
      name: place.name,
      namespace: place.namespace,
      ...(place.archivedFrom === undefined
        ? {}
        : { labels: { [ARCHIVED_FROM_LABEL]: place.archivedFrom, [LABELS.partOf]: 'flak' } }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec: { workload, container },
  };
}
