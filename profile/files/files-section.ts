/** The file report of a target: put together by the tracer, united by the control plane. */
import {
  FILE_REASONS,
  PROBE_BOUNDS,
  type FalcoSection,
  type FileReason,
  type FilesSection,
  type FileUse,
} from '../probes.ts';
import { hasFolded, unitePaths } from './file-uses.ts';

/** States in which there never was a Falco to see files. */
const WITHOUT_FALCO: readonly FalcoSection['state'][] = ['off', 'absent', 'capped', 'failed'];

/** What the tracer's Falco means for its file report. */
export function reasonsOfFalco({ state, gaps, drops, events }: FalcoSection): FileReason[] {
  // One that failed in the end may have seen a lot.
  if (WITHOUT_FALCO.includes(state) && events === 0) return ['no-falco'];
  const reasons: FileReason[] = [];
  if (gaps.some(({ why }) => why === 'late')) reasons.push('falco-late');
  if (drops > 0) reasons.push('falco-dropped');
  if (state === 'failed' || gaps.some(({ why }) => why !== 'late')) reasons.push('falco-gap');
  return reasons;
}

/** In the order of `FILE_REASONS`, each once, `paths-folded` where it is so. */
export function fileReasons(
  containers: readonly FileUse[],
  ...lists: readonly (readonly FileReason[])[]
): FileReason[] {
  const found = new Set<FileReason>(lists.flat());
  if (containers.some(({ paths }) => hasFolded(paths))) found.add('paths-folded');
  return (Object.keys(FILE_REASONS) as FileReason[]).filter((reason) => found.has(reason));
}

/**
 * What two reports of one target say together: a successor may know less than its predecessor did. The counts of lines
 * are a trace's own and only grow. Commutative, associative and idempotent.
 */
export function uniteFiles(one: FilesSection, other: FilesSection): FilesSection {
  const containers = uniteContainers(one.containers, other.containers);
  return {
    containers,
    lines: {
      kept: Math.max(one.lines.kept, other.lines.kept),
      dropped: Math.max(one.lines.dropped, other.lines.dropped),
      uploaded: Math.max(one.lines.uploaded, other.lines.uploaded),
    },
    reasons: fileReasons(containers, one.reasons, other.reasons),
  };
}

/** Beyond the bound the names that come last in the alphabet are left out: a pod has fewer containers. */
function uniteContainers(one: readonly FileUse[], other: readonly FileUse[]): FileUse[] {
  const byName = new Map<string, FileUse>();
  for (const use of [...one, ...other]) {
    const known = byName.get(use.container);
    byName.set(use.container, { ...use, paths: unitePaths(known?.paths ?? [], use.paths) });
  }
  return [...byName.values()].sort((a, b) => (a.container < b.container ? -1 : 1)).slice(0, PROBE_BOUNDS.containers);
}
