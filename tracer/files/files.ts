/** The file report of a trace: listens to Falco, summarises, and keeps lines where they are asked for. Nothing here can end the run. */
import type { Logger } from 'pino';
import { accessOf } from '../../profile/files/access.ts';
import { FILE_FIELDS, isSetUp, SUMMARY_FIELDS } from '../../profile/files/file-event.ts';
import { fileReasons, reasonsOfFalco } from '../../profile/files/files-section.ts';
import { linesOf } from '../../profile/files/flak-line.ts';
import { NO_CONTAINER, renderReference } from '../../profile/files/line-files.ts';
import type { FalcoSection, FileReason, FilesSection } from '../../profile/probes.ts';
import type { Clock } from '../clock.ts';
import type { FalcoEvent, FalcoListener } from '../falco/event.ts';
import { createContainerUses } from './container-uses.ts';
import type { FileStore } from './file-store.ts';
import { dropLines, keepLines, type KeptLines } from './keep-lines.ts';
import type { Spool } from './spool.ts';

export interface Files extends FalcoListener {
  /** @param falco what is reported of Falco beside it: why the file report may miss something */
  section(falco: FalcoSection): FilesSection;
  /**
   * To be called when no more events come. `upload`: the trace is over; what waits is uploaded, and what is left when
   * the signal is aborted is given up. `hand-over`: all is left to a successor. Never rejects.
   */
  finish(how: 'upload' | 'hand-over', signal: AbortSignal): Promise<void>;
}

export interface LineSettings {
  readonly command: string | undefined;
  readonly maxStringBytes: number;
  readonly rotateBytes: number;
  readonly capBytes: number;
}

export interface FilesDeps {
  /** null where no lines are asked for. */
  readonly lines: {
    readonly settings: LineSettings;
    readonly openSpool: () => Spool;
    /** undefined: lines are counted and dropped. */
    readonly store: FileStore | undefined;
  } | null;
  /** undefined while it isn't known. */
  readonly containerName: (containerId: string) => string | undefined;
  readonly falcoVersion: () => string | null;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

export function createFiles(deps: FilesDeps): Files {
  const { clock, containerName, log } = deps;
  const uses = createContainerUses(() => {
    log.warn({}, 'The target has more containers than file accesses are kept of');
  });
  const startedAt = clock.now().getTime() / 1000;
  const reference = (): string => renderReference({ seconds: startedAt, version: deps.falcoVersion() });
  const kept = keep(deps, reference);

  const nameNow = rememberNames(containerName, () => clock.steadyMs());

  function folderOf({ containerId }: FalcoEvent): string {
    return containerId === undefined ? NO_CONTAINER : (nameNow(containerId) ?? containerId);
  }

  return {
    fields: deps.lines === null ? SUMMARY_FIELDS : FILE_FIELDS,
    onEvent: (event) => {
      const { containerId } = event;
      if (isSetUp(event)) return;
      if (containerId !== undefined) for (const access of accessOf(event)) uses.add(containerId, access);
      if (kept === undefined || deps.lines === null) return;
      const lines = linesOf(event, deps.lines.settings);
      if (lines !== undefined) kept.take(folderOf(event), lines);
    },
    section: (falco) => {
      const containers = uses.list(containerName);
      const { counts, reasons } = kept?.tell() ?? NO_LINES;
      return { containers, lines: counts, reasons: fileReasons(containers, reasonsOfFalco(falco), reasons) };
    },
    finish: (how, signal) => kept?.finish(how, signal) ?? Promise.resolve(),
  };
}

/** undefined where no lines are asked for. */
function keep({ lines, ...deps }: FilesDeps, reference: () => string): KeptLines | undefined {
  if (lines === null) return undefined;
  const { store } = lines;
  if (store === undefined) return dropLines();
  try {
    return keepLines({ ...deps, ...lines, store, reference });
  } catch (error) {
    deps.log.error({ err: error }, 'Lines of file access can not be kept on this node');
    return dropLines();
  }
}

/** Containers whose names are remembered; a pod has fewer, but for one that is restarted again and again. */
const MAX_NAMES = 1024;
/** Looking for a name takes reading files: not for every event of a container that has none yet. */
const LOOK_AGAIN_MS = 1000;

function rememberNames(find: FilesDeps['containerName'], nowMs: () => number): FilesDeps['containerName'] {
  const known = new Map<string, { readonly name: string | undefined; readonly untilMs: number }>();
  return (containerId) => {
    const hit = known.get(containerId);
    if (hit !== undefined && nowMs() < hit.untilMs) return hit.name;
    const name = find(containerId);
    if (known.size >= MAX_NAMES) known.clear();
    known.set(containerId, { name, untilMs: name === undefined ? nowMs() + LOOK_AGAIN_MS : Infinity });
    return name;
  };
}

const NO_LINES: ReturnType<KeptLines['tell']> = {
  counts: { kept: 0, dropped: 0, uploaded: 0 },
  reasons: [] as readonly FileReason[],
};
