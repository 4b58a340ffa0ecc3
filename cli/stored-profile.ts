/** Profiles that are stored in the cluster. */
import { z } from 'zod';
import type { Revision, SyscallProfileStatus, Workload } from '../profile/syscall-profile.ts';
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
    const own = profiles.value.filter(({ metadata }) => ofPod.value.names.has(metadata.name));
    return own.length === 0 ? found : choose(own, wanted.name, options.container);
  }
  const pods = await cluster.list(KINDS.pods, place.namespace, wanted.selector);
  if (pods.kind !== 'ok') return explainFailure(pods, 'list pods');
  const podNames = new Set(pods.value.map((pod) => podSchema.parse(pod).metadata.name));
  const labelled = await profilesOfPods(place, (pod) => podNames.has(pod));
  if (labelled.kind !== 'ok') return labelled;
  const { names: own, workloads } = labelled.value;
  // A pod that is being traced has none of its own yet; those before it may have left one of their workload.
  const meant = profiles.value.filter(
    ({ metadata, spec }) => own.has(metadata.name) || workloads.has(textOf(spec.workload)),
  );
  return choose(meant, `-l ${wanted.selector}`, options.container);
}

interface OfPods {
  /** Profiles that their traces were merged into. */
  readonly names: ReadonlySet<string>;
  /** What they are pods of. */
  readonly workloads: ReadonlySet<string>;
}

async function profilesOfPods(
  { cluster, namespace, note }: Place,
  isMeant: (podName: string) => boolean,
): Promise<Result<OfPods>> {
  const traces = await listAs(cluster, KINDS.traces, namespace, traceObjectSchema, note);
  if (traces.kind !== 'ok') return traces;
  const meant = traces.value.filter(({ spec }) => isMeant(spec.podName)).map(({ status }) => status);
  return ok({
    names: new Set(meant.flatMap((status) => status?.profiles ?? [])),
    workloads: new Set(meant.flatMap((status) => (status?.workload ? [textOf(status.workload)] : []))),
  });
}

function textOf({ kind, name }: Workload): string {
  return `${kind} ${name}`;
}

function choose(
  profiles: readonly ProfileObject[],
  quoted: string,
  container: string | undefined,
): Result<StoredProfile> {
  const chosen = chooseProfile(profiles, quoted, container);
  return chosen.kind === 'ok' ? withRevision(chosen.value) : chosen;
}

function withRevision(profile: ProfileObject): Result<StoredProfile> {
  const { status } = profile;
  const [newest, ...older] = status?.revisions ?? [];
  if (!status || !newest)
    return finding(`nothing is stored yet in ${profile.metadata.name}: its first trace is still being merged.`);
  return ok({ ...profile, status: { ...status, revisions: [newest, ...older] } });
}
