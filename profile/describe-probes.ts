/** What a person wants to know of the second probe: whether it agreed, and what the files that it saw are good for. One line each. */
import { FALCO_STATES, FILE_ACCESS, FILE_REASONS } from './probe-words.ts';
import type { ProfiledFalco, ProfiledFiles } from './profiled-probes.ts';
import type { Revision } from './syscall-profile.ts';

type Probed = Pick<Revision, 'falco' | 'files' | 'contributors'>;

/** Empty where no tracer knew a second probe, and no file report was asked for. */
export function describeProbes({ falco, files, contributors }: Probed): string[] {
  return [...describeFalco(falco, contributors), ...(files === undefined ? [] : describeFiles(files))];
}

function describeFalco(falco: ProfiledFalco | undefined, contributors: Probed['contributors']): string[] {
  const told = contributors.flatMap((contributor) => contributor.falco ?? []);
  if (falco === undefined) {
    const states = [...new Set(told.map(({ state }) => state))].map((state) => `${state} (${FALCO_STATES[state]})`);
    return states.length > 0 ? [`Falco: ${states.join(', ')}`] : [];
  }
  const versions = [...new Set(told.flatMap(({ version }) => version ?? []))].sort().join(', ');
  const watched = told.filter((one) => one.watched);
  const name = versions === '' ? 'Falco' : `Falco ${versions}`;
  const where = `in ${watched.length} of ${counted(contributors.length, 'trace')}`;
  return [
    falco.onlyFalco.length === 0
      ? `both probes agree: ${name} saw ${counted(falco.saw.length, 'call')} ${where}, all of them in the ledger`
      : `the probes disagree: ${name} alone saw ${falco.onlyFalco.join(', ')} (${where})`,
    ...missing(falco, watched),
  ];
}

/** It drops events under load, and begins later: what it lacks lowers nothing, and stands beside what explains it. */
function missing(
  { onlyLedger, shed }: ProfiledFalco,
  watched: readonly { readonly drops: number; readonly gaps: number }[],
): string[] {
  const drops = watched.reduce((sum, one) => sum + one.drops, 0);
  const gaps = watched.reduce((sum, one) => sum + one.gaps, 0);
  const losses = [
    ...(drops > 0 ? [`${counted(drops, 'event')} dropped, by its own count of the node`] : []),
    ...(gaps > 0 ? [`${counted(gaps, 'gap')} in which it did not watch`] : []),
    ...(shed.length > 0 ? [`told to leave out ${shed.join(', ')}`] : []),
  ];
  if (onlyLedger.length === 0 && losses.length === 0) return [];
  const what = onlyLedger.length > 0 ? `Falco did not report ${onlyLedger.join(', ')}` : 'Falco reported every call';
  return [losses.length > 0 ? `${what}: ${losses.join('; ')}` : what];
}

function describeFiles({ paths, reasons, suggestion }: ProfiledFiles): string[] {
  const counts = FILE_ACCESS.flatMap((each) => {
    const count = paths.filter(({ access }) => access.includes(each)).length;
    return count > 0 ? [`${count} ${each}`] : [];
  });
  return [
    ...(counts.length > 0 ? [`files: ${counted(paths.length, 'path')}, ${counts.join(', ')}`] : []),
    ...(suggestion === undefined ? [] : [describeSuggestion(suggestion)]),
    ...(reasons.length > 0 ? [`file report: ${reasons.map((reason) => FILE_REASONS[reason]).join('; ')}`] : []),
  ];
}

function describeSuggestion(suggestion: NonNullable<ProfiledFiles['suggestion']>): string {
  const { readOnlyRootFilesystem, writableVolumes, writtenAtRoot } = suggestion;
  if (!readOnlyRootFilesystem) return `readOnlyRootFilesystem: not possible, it writes ${writtenAtRoot.join(', ')}`;
  const places = writableVolumes.map(({ path, hidesFiles }) =>
    hidesFiles ? `${path} (where the image has files that are used)` : path,
  );
  const volumes = places.length > 0 ? `, with volumes to write to at ${places.join(', ')}` : '';
  return `readOnlyRootFilesystem: true would do for what was seen${volumes}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
