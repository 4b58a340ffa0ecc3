/** Names of what the controller makes for a target. Everything is keyed by the target's UID; names are for people. */
import { FLAK_NAMESPACE } from '../names.ts';
import type { Workload } from '../../profile/syscall-profile.ts';

export function shortUid(podUid: string): string {
  return podUid.slice(0, 8);
}

/** Cut so that what follows keeps the name valid: no label of a DNS name ends in `-` or `.`. */
function cut(name: string, length: number): string {
  return name.slice(0, length).replace(/[-.]+$/, '');
}

/** Object names are DNS subdomains of 253 characters at most. */
export function traceName(podName: string, podUid: string): string {
  return `${cut(podName, 244)}-${shortUid(podUid)}`;
}

/** A pod's name becomes its host name, a DNS label of 63 characters at most; dots would end the label. */
export function tracerName(podName: string, podUid: string): string {
  const prefix = 'tracer-';
  return `${prefix}${cut(podName.replaceAll('.', '-'), 63 - prefix.length - 9)}-${shortUid(podUid)}`;
}

const MAX_NAME = 253;

/** `<kind>-<workload>-<container>`; what is too long is cut and told apart by a hash of the whole. */
export function profileName(workload: Workload, container: string): string {
  return bounded(`${workload.kind}-${workload.name}-${container}`.toLowerCase());
}

/**
 * `Deployment a-b` with container `c` and `Deployment a` with container `b-c` share a name, as do kinds of two API groups: whoever
 * comes second takes this one.
 */
export function distinctProfileName({ apiVersion, kind, name }: Workload, container: string): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const base = `${kind}-${name}-${container}`.toLowerCase();
  return `${cut(base, MAX_NAME - 9)}-${fnv1a(JSON.stringify([group, kind, name, container]))}`;
}

/** Where a profile is kept whose namespace is being deleted. */
export function archivedProfile(
  namespace: string,
  name: string,
): { readonly namespace: string; readonly name: string } {
  return { namespace: FLAK_NAMESPACE, name: bounded(`${namespace}.${name}`) };
}

function bounded(name: string): string {
  if (name.length <= MAX_NAME) return name;
  return `${cut(name, MAX_NAME - 9)}-${fnv1a(name)}`;
}

/** FNV-1a, 32 bits: tells long names apart, keeps nothing secret. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
