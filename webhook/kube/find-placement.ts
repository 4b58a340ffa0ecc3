/** Gathers what a placement is judged by: the canary as it is now, its namespace, and the profiles that it names. */
import { z } from 'zod';
import type { Placement } from '../../profile/placement.ts';
import { parseReplayRequest } from '../../profile/placement.ts';
import type { GateMedium } from '../admission/medium.ts';
import { USER_ANNOTATIONS } from '../names.ts';
import type { Canary, CanaryContainer } from '../placement/judge.ts';
import { judgePlacement } from '../placement/judge.ts';
import { mayBeUnconfined } from '../placement/unconfined.ts';
import type { Caches } from './caches.ts';
import type { Outcome } from './outcome.ts';
import { metadataSchema, readWith } from './read-object.ts';
import type { Resource } from './resource.ts';

/** For the target of that UID. `not-found`: there is none (any more). */
export type FindPlacement = (podUid: string) => Promise<Outcome<Placement>>;

export interface FindPlacementDeps {
  readonly caches: Pick<Caches, 'tracers' | 'tracersByTarget' | 'namespaces'>;
  readonly pods: Pick<Resource, 'get'>;
  readonly profiles: Pick<Resource, 'get'>;
  /** What namespaces without Pod Security labels allow. */
  readonly clusterDefault: () => GateMedium;
}

const seccompSchema = z.object({ type: z.string(), localhostProfile: z.string().nullish() }).nullish();
const capabilitySchema = z.array(z.string()).nullish();
const containerSchema = z.object({
  name: z.string(),
  securityContext: z
    .object({
      privileged: z.boolean().nullish(),
      capabilities: z.object({ add: capabilitySchema, drop: capabilitySchema }).nullish(),
      seccompProfile: seccompSchema,
    })
    .nullish(),
});
const canarySchema = z.object({
  metadata: metadataSchema,
  spec: z.object({
    activeDeadlineSeconds: z.number().nullish(),
    containers: z.array(containerSchema),
    initContainers: z.array(containerSchema).nullish(),
  }),
});
const profileSchema = z.object({ status: z.object({ seccomp: z.string() }).nullish() });

export function createFindPlacement(deps: FindPlacementDeps): FindPlacement {
  return async (podUid) => {
    const { caches, pods, profiles, clusterDefault } = deps;
    const [tracer] = caches.tracersByTarget.keysOf(podUid);
    const target = tracer === undefined ? null : caches.tracers.get(tracer)?.target;
    if (target == null) return { kind: 'not-found' };
    const { namespace, podName } = target;
    const read = await pods.get(namespace, podName);
    if (read.kind !== 'ok') return read;
    const object = readWith(canarySchema, read.value);
    if (object?.metadata.uid !== podUid) return { kind: 'not-found' };
    const canary = canaryOf(object, namespace);
    const found = await readProfiles(profiles, namespace, profilesIn(canary));
    if (found.kind !== 'ok') return found;
    const unconfined = mayBeUnconfined(caches.namespaces.get(namespace)?.labels, clusterDefault());
    return { kind: 'ok', value: judgePlacement({ canary, mayBeUnconfined: unconfined, profiles: found.value }) };
  };
}

function canaryOf({ metadata, spec }: z.infer<typeof canarySchema>, namespace: string): Canary {
  return {
    namespace,
    request: metadata.annotations[USER_ANNOTATIONS.verify],
    deadlineSeconds: spec.activeDeadlineSeconds ?? null,
    containers: [...spec.containers, ...(spec.initContainers ?? [])].map(toContainer),
  };
}

function toContainer({ name, securityContext }: z.infer<typeof containerSchema>): CanaryContainer {
  const { privileged, capabilities, seccompProfile } = securityContext ?? {};
  return {
    name,
    privileged: privileged === true,
    capabilities: { add: capabilities?.add ?? [], drop: capabilities?.drop ?? [] },
    localhostProfile: seccompProfile?.type === 'Localhost' ? (seccompProfile.localhostProfile ?? null) : null,
  };
}

function profilesIn({ request }: Canary): string[] {
  const containers = parseReplayRequest(request ?? '')?.containers ?? {};
  return [...new Set(Object.values(containers).map(({ profile }) => profile))];
}

async function readProfiles(
  profiles: Pick<Resource, 'get'>,
  namespace: string,
  names: readonly string[],
): Promise<Outcome<ReadonlyMap<string, string>>> {
  const found = new Map<string, string>();
  for (const name of names) {
    const read = await profiles.get(namespace, name);
    if (read.kind === 'not-found') continue;
    if (read.kind !== 'ok') return read;
    const seccomp = readWith(profileSchema, read.value)?.status?.seccomp ?? '';
    if (seccomp !== '') found.set(name, seccomp);
  }
  return { kind: 'ok', value: found };
}
