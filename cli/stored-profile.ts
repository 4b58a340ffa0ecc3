/** Profiles that are stored in the cluster. */
import { z } from 'zod';
import type { Revision, SyscallProfileStatus } from '../profile/syscall-profile.ts';
import { KINDS } from '../webhook/kube/kinds.ts';
import type { Cluster } from './cluster.ts';
import { explainFailure, listAs } from './cluster.ts';
import type { Connect, PlaceOptions } from './connection.ts';
import { connectTo } from './connection.ts';
import type { Result } from './ending.ts';
import { finding, ok } from './ending.ts';
import { chooseProfile, findProfile } from './find-profile.ts';
import type { ProfileObject } from './objects.ts';
import { profileObjectSchema, traceObjectSchema } from './objects.ts';
import type { Terminal } from './terminal.ts';

export interface StoredProfile extends ProfileObject {
  readonly status: SyscallProfileStatus & { readonly revisions: readonly [Revision, ...Revision[]] };
}

/** What a person knows of it: a name (profile, workload or pod), or labels of its pods. */
export type Wanted =
  { readonly kind: 'named'; readonly name: string } | { readonly kind: 'labelled'; readonly selector: string };

export interface WhichProfile extends PlaceOptions {
  readonly container?: string;
}

interface Deps {
  readonly connect: Connect;
  readonly terminal: Terminal;
}

interface Place {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly note: (text: string) => void;
}

const podSchema = z.object({ metadata: z.object({ name: z.string() }) });

/** The one that is meant, with something recorded in it. Pods are followed to their profiles by their traces. */
export async function readStored(wanted: Wanted, options: WhichProfile, deps: Deps): Promise<Result<StoredProfile>> {
  const connection = connectTo(options, deps.connect);
  if (connection.kind !== 'ok') return connection;
  const { cluster } = connection.value;
  const place = { ...connection.value, note: deps.terminal.note };
  const profiles = await listAs(cluster, KINDS.syscallProfiles, place.namespace, profileObjectSchema, place.note);
  if (profiles.kind !== 'ok') return profiles;
  if (wanted.kind === 'named') {
    const found = findProfile(profiles.value, wanted.name, options.container);
    if (found.kind !== 'finding') return found.kind === 'ok' ? withRevision(found.value) : found;
    const ofPod = await profilesOfPods(place, (pod) => pod === wanted.name.replace(/^pods?\//, ''));
    if (ofPod.kind !== 'ok') return ofPod;
    if (ofPod.value.size === 0) return found;
    return choose(profiles.value, ofPod.value, wanted.name, options.container);
  }
  const pods = await cluster.list(KINDS.pods, place.namespace, wanted.selector);
  if (pods.kind !== 'ok') return explainFailure(pods, 'list pods');
  const names = new Set(pods.value.map((pod) => podSchema.parse(pod).metadata.name));
  const labelled = await profilesOfPods(place, (pod) => names.has(pod));
  if (labelled.kind !== 'ok') return labelled;
  return choose(profiles.value, labelled.value, `-l ${wanted.selector}`, options.container);
}

async function profilesOfPods(
  { cluster, namespace, note }: Place,
  isMeant: (podName: string) => boolean,
): Promise<Result<ReadonlySet<string>>> {
  const traces = await listAs(cluster, KINDS.traces, namespace, traceObjectSchema, note);
  if (traces.kind !== 'ok') return traces;
  const meant = traces.value.filter(({ spec }) => isMeant(spec.podName));
  return ok(new Set(meant.flatMap(({ status }) => status?.profiles ?? [])));
}

function choose(
  profiles: readonly ProfileObject[],
  names: ReadonlySet<string>,
  quoted: string,
  container: string | undefined,
): Result<StoredProfile> {
  const chosen = chooseProfile(
    profiles.filter(({ metadata }) => names.has(metadata.name)),
    quoted,
    container,
  );
  return chosen.kind === 'ok' ? withRevision(chosen.value) : chosen;
}

function withRevision(profile: ProfileObject): Result<StoredProfile> {
  const { status } = profile;
  const [newest, ...older] = status?.revisions ?? [];
  if (!status || !newest)
    return finding(`nothing is stored yet in ${profile.metadata.name}: its first trace is still being merged.`);
  return ok({ ...profile, status: { ...status, revisions: [newest, ...older] } });
}
