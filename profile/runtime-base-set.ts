/**
 * The runtime's own part of every profile: what it calls under the filter that it has just loaded, up to the exec of
 * the container's program. Smaller than what a runtime calls to set a container up, most of which comes before the
 * filter.
 */
import type { MeasuredBaseSet } from './base-set.ts';
import { MEASURED } from './base-set-measured.ts';
import { GO_RUNTIME } from './go-runtime.ts';
import type { Group, GroupedCall } from './groups.ts';

/**
 * Seen in a measurement, yet never declared: what changes mounts or namespaces. Runtimes only try these and have another
 * way (runc 1.5 asks for a private /proc by fsopen and open_tree and takes the present one where it gets none); that
 * containers start without them is tested with each runtime (tests/integration/profile).
 */
const NEVER_DECLARED = new Set([
  'fsconfig',
  'fsmount',
  'fsopen',
  'fspick',
  'mount',
  'mount_setattr',
  'move_mount',
  'open_tree',
  'open_tree_attr',
  'pivot_root',
  'setns',
  'umount2',
  'unshare',
]);

/** One group per runtime, each the union over its measured versions, with and without NoNewPrivileges. */
export function runtimeBaseSets(): readonly Group[] {
  return [
    baseSetOf('crun', []),
    // Go's part is needed whatever a measurement happened to see.
    baseSetOf('runc', GO_RUNTIME),
  ];
}

function baseSetOf(runtime: MeasuredBaseSet['runtime'], always: readonly GroupedCall[]): Group {
  const sets = MEASURED.filter((set) => set.runtime === runtime);
  const reasoned = new Set(always.map(({ name }) => name));
  const measured = new Set(sets.flatMap((set) => [...set.withNoNewPrivileges, ...set.withoutNoNewPrivileges]));
  const names = [...measured].filter((name) => !reasoned.has(name) && !NEVER_DECLARED.has(name)).sort();
  return {
    name: `runtime-base-set/${runtime}`,
    description: `called by ${runtime} itself between loading the profile and starting the container's program; measured with ${sets.map(({ version }) => version).join(' and ')}`,
    calls: [...names.map((name) => ({ name, reason: reasonOf(name, sets) })), ...always],
  };
}

function reasonOf(name: string, sets: readonly MeasuredBaseSet[]): string {
  const seen = sets.filter((set) => [...set.withNoNewPrivileges, ...set.withoutNoNewPrivileges].includes(name));
  const always = seen.some((set) => set.withNoNewPrivileges.includes(name));
  const condition = always ? '' : ', where the container may gain privileges (no NoNewPrivileges)';
  return `seen in ${seen.map(({ version }) => version).join(', ')}${condition}`;
}
