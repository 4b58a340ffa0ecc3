/**
 * The second probe's part of a profile, united over traces: commutative, associative and idempotent, as merge.ts asks.
 */
import { reportedAs } from './falco-names.ts';
import { hasFolded, unitePaths } from './files/file-uses.ts';
import { suggestRoot } from './files/suggest.ts';
import type { Mount } from './files/suggest.ts';
import { compareText } from './instants.ts';
import { KEPT } from './kept.ts';
import { FILE_REASONS, PROBE_BOUNDS } from './probe-words.ts';
import type { FileReason } from './probe-words.ts';
import type { ProfiledFalco, ProfiledFiles } from './profiled-probes.ts';
import { ABIS } from './vocabulary.ts';

/** A call that Falco missed in one trace and reported in another is none that it lacks. */
export function mergeFalco(a: ProfiledFalco, b: ProfiledFalco): ProfiledFalco {
  const saw = unionNames(a.saw, b.saw);
  const reported = new Set(saw);
  const lacked = unionNames(a.onlyLedger, b.onlyLedger);
  return {
    saw,
    onlyFalco: unionNames(a.onlyFalco, b.onlyFalco),
    onlyLedger: lacked.filter((name) => !ABIS.some((abi) => reportedAs(abi, name).some((each) => reported.has(each)))),
    shed: unionNames(a.shed, b.shed),
  };
}

function unionNames(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].sort(compareText).slice(0, PROBE_BOUNDS.names);
}

/** What `mergeFiles` unites; the suggestion follows from it. */
export type FileFacts = Omit<ProfiledFiles, 'suggestion'>;

export function mergeFiles(a: FileFacts, b: FileFacts): ProfiledFiles {
  return withSuggestion({
    paths: boundPaths(a.paths, b.paths),
    reasons: [...a.reasons, ...b.reasons],
    mounts: unionMounts(a.mounts, b.mounts),
  });
}

/** Says of the facts of one trace what follows, within the bounds. */
export function profiledFiles(facts: FileFacts): ProfiledFiles {
  return mergeFiles(facts, { paths: [], reasons: [], mounts: [] });
}

/** Paths that are kept where all that may be kept would be too large: PATH_MAX is 4096, and then a few are. */
const FEWER_PATHS = [KEPT.paths, 64, 16, 1] as const;

function boundPaths(a: ProfiledFiles['paths'], b: ProfiledFiles['paths']): ProfiledFiles['paths'] {
  const sizes = FEWER_PATHS.values().map((most) => unitePaths(a, b, most));
  return sizes.find((paths) => JSON.stringify(paths).length <= KEPT.fileBytes) ?? [];
}

/** A place that one of the pods could write to counts as one. */
function unionMounts(a: readonly Mount[], b: readonly Mount[]): Mount[] {
  const readOnly = new Map<string, boolean>();
  for (const mount of [...a, ...b]) readOnly.set(mount.path, (readOnly.get(mount.path) ?? true) && mount.readOnly);
  return [...readOnly]
    .sort(([one], [other]) => compareText(one, other))
    .slice(0, KEPT.mounts)
    .map(([path, only]) => ({ path, readOnly: only }));
}

function withSuggestion({ paths, reasons, mounts }: FileFacts): ProfiledFiles {
  const given = new Set<FileReason>(reasons);
  if (hasFolded(paths)) given.add('paths-folded');
  return {
    paths,
    reasons: (Object.keys(FILE_REASONS) as FileReason[]).filter((reason) => given.has(reason)),
    mounts,
    ...(paths.length > 0 ? { suggestion: suggestionOf(paths, mounts) } : {}),
  };
}

function suggestionOf(paths: ProfiledFiles['paths'], mounts: Mount[]): NonNullable<ProfiledFiles['suggestion']> {
  const suggested = suggestRoot({ paths }, mounts);
  const readOnly = suggested.kind === 'read-only';
  return {
    readOnlyRootFilesystem: readOnly,
    writableVolumes: readOnly ? suggested.volumes.map((volume) => ({ ...volume })) : [],
    writtenAtRoot: readOnly ? [] : [...suggested.paths],
  };
}
