/**
 * The runtime's own part of every profile: what it calls under the filter that it has just loaded, up to the exec of
 * the container's program. Smaller than what a runtime calls to set a container up, most of which comes before the
 * filter.
 */
import type { MeasuredBaseSet } from './base-set.ts';
import { MEASURED } from './base-set-measured.ts';
import { ENFORCED } from './enforced.ts';
import { GO_RUNTIME } from './go-runtime.ts';
import type { Group, GroupedCall } from './groups.ts';
import { lowHalfIs } from './groups.ts';

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

/**
 * crun asks of its standard streams whether they are terminals (maybe_chown_std_streams): the C library that it was
 * built with decides how. Measured was glibc before 2.42.
 */
const ISATTY: readonly GroupedCall[] = [
  { name: 'ioctl', reason: 'isatty of glibc 2.42 and newer: TCGETS2', args: [lowHalfIs(1, 0x802c542a)] },
  { name: 'ioctl', reason: 'isatty of musl: TIOCGWINSZ', args: [lowHalfIs(1, 0x5413)] },
];

/** One group per runtime, each the union over its measured versions, with and without NoNewPrivileges. */
export function runtimeBaseSets(): readonly Group[] {
  return [
    baseSetOf('crun', ISATTY),
    // Go's part is needed whatever a measurement happened to see.
    baseSetOf('runc', GO_RUNTIME),
  ];
}

function baseSetOf(runtime: MeasuredBaseSet['runtime'], always: readonly GroupedCall[]): Group {
  const sets = MEASURED.filter((set) => set.runtime === runtime);
  // A reasoned call stands for the measured one, unless both tell values: then they add up.
  const reasoned = new Set(always.map(({ name }) => name).filter((name) => valuesOf(name, sets) === undefined));
  const measured = new Set(sets.flatMap(namesIn));
  const names = [...measured].filter((name) => !reasoned.has(name) && !NEVER_DECLARED.has(name)).sort();
  return {
    name: `runtime-base-set/${runtime}`,
    description: `called by ${runtime} itself between loading the profile and starting the container's program; measured with ${sets.map(({ version }) => version).join(' and ')}`,
    calls: [...names.flatMap((name) => callsOf(name, sets)), ...always],
  };
}

/** One for each measured value, or one for any where a measurement that saw the call has none. */
function callsOf(name: string, sets: readonly MeasuredBaseSet[]): GroupedCall[] {
  const reason = reasonOf(name, sets);
  const values = valuesOf(name, sets);
  if (values === undefined) return [{ name, reason }];
  const index = Number(Object.keys(ENFORCED[name]?.masks ?? {})[0]);
  return values.map((value) => ({ name, reason, args: [lowHalfIs(index, value)] }));
}

function valuesOf(name: string, sets: readonly MeasuredBaseSet[]): readonly number[] | undefined {
  const seen = sets.filter((set) => namesIn(set).includes(name)).map(({ values }) => values[name]);
  const known = seen.filter((values) => values !== undefined);
  return known.length < seen.length ? undefined : [...new Set(known.flat())].sort((a, b) => a - b);
}

function namesIn(set: MeasuredBaseSet): readonly string[] {
  return [...set.withNoNewPrivileges, ...set.withoutNoNewPrivileges];
}

function reasonOf(name: string, sets: readonly MeasuredBaseSet[]): string {
  const seen = sets.filter((set) => namesIn(set).includes(name));
  const always = seen.some((set) => set.withNoNewPrivileges.includes(name));
  const condition = always ? '' : ', where the container may gain privileges (no NoNewPrivileges)';
  return `seen in ${seen.map(({ version }) => version).join(', ')}${condition}`;
}
