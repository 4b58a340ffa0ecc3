/** Which stored profile a person means by a name. */
import type { Result } from './ending.ts';
import { finding, ok, usage } from './ending.ts';
import type { ProfileObject } from './objects.ts';

/** kubectl's short names of the kinds that own pods. */
const SHORT_KINDS: Readonly<Record<string, string>> = {
  cj: 'cronjob',
  deploy: 'deployment',
  ds: 'daemonset',
  po: 'pod',
  rs: 'replicaset',
  sts: 'statefulset',
};

/**
 * By the object's own name, as `kind/workload`, or by the workload's name alone; `container` decides between several.
 * Ends with a finding when there is none, with the choices when there are several.
 */
export function findProfile(
  profiles: readonly ProfileObject[],
  wanted: string,
  container: string | undefined,
): Result<ProfileObject> {
  const named = profiles.filter(({ metadata }) => metadata.name === wanted);
  const candidates = named.length > 0 ? named : profiles.filter((profile) => isOfWorkload(profile, wanted));
  return chooseProfile(candidates, wanted, container);
}

/** The only candidate, by its container where there are several. `wanted` is what the person asked for. */
export function chooseProfile(
  candidates: readonly ProfileObject[],
  wanted: string,
  container: string | undefined,
): Result<ProfileObject> {
  const [only, ...others] = candidates.filter(({ spec }) => container === undefined || spec.container === container);
  if (!only)
    return finding(`no profile of ${quote(wanted, container)}; \`flak profile list -A\` shows what is stored.`);
  if (others.length > 0)
    return usage(
      `${quote(wanted, container)} has several profiles; name one: ${[only, ...others].map(describe).join(', ')}.`,
    );
  return ok(only);
}

function isOfWorkload({ spec: { workload } }: ProfileObject, wanted: string): boolean {
  const [name = '', kind] = wanted.split('/').reverse();
  const wantedKind = kind?.toLowerCase().replace(/s$/, '');
  const sameKind =
    wantedKind === undefined || (SHORT_KINDS[kind?.toLowerCase() ?? ''] ?? wantedKind) === workload.kind.toLowerCase();
  return sameKind && workload.name === name;
}

function quote(wanted: string, container: string | undefined): string {
  return container === undefined ? wanted : `${wanted}, container ${container}`;
}

function describe({ metadata }: ProfileObject): string {
  return metadata.name;
}
