/** What a tracer is told of its second probe: the owner's wishes, then the cluster's defaults. Pure. */
import type { FalcoWish, FilesWish, Wishes } from '../wishes.ts';
import { TRACER_PATHS } from './tracer-pod-volumes.ts';

/** From the configuration. */
export interface ProbeSettings {
  /** Where a pod doesn't say. */
  readonly falco: FalcoWish;
  readonly files: FilesWish;
  readonly filesMaxString: number;
  /** Falcos on one node. Each of them watches all of it. */
  readonly falcosPerNode: number;
  /** Kubernetes quantity: of a tracer beside which Falco may run. */
  readonly falcoMemoryLimit: string;
  /** A file of lines is ended at this size. */
  readonly filesRotateBytes: number;
  /** Lines of one trace that may wait on its node. */
  readonly filesCapBytes: number;
}

export interface ProbeOrder {
  readonly falco: FalcoWish;
  readonly files: FilesWish;
}

/** Where lines are asked for, and nobody says otherwise, Falco is required: a line that nobody saw can't be made up for. */
export function probeOrderOf(wishes: Wishes, settings: ProbeSettings): ProbeOrder {
  const files = wishes.files ?? settings.files;
  return { files, falco: wishes.falco ?? (files === 'lines' ? 'required' : settings.falco) };
}

/** A required Falco, which starts in about 2 s, may hold a gate so long, and never more than half of what the gate waits. */
const LONGEST_WAIT_MS = 10_000;

export function falcoWaitMs(gateTimeoutMs: number): number {
  return Math.min(LONGEST_WAIT_MS, Math.floor(gateTimeoutMs / 2));
}

/** Environment variables of the tracer (docs/falco.md). */
export function probeEnvironment(
  wishes: Wishes,
  settings: ProbeSettings,
  gateTimeoutMs: number,
): Readonly<Record<string, string>> {
  const { falco, files } = probeOrderOf(wishes, settings);
  return {
    FLAK_FALCO: falco,
    FLAK_FALCO_BIN: '/usr/bin/falco',
    FLAK_FALCO_CAP: String(settings.falcosPerNode),
    FLAK_FALCO_WAIT_MS: String(falcoWaitMs(gateTimeoutMs)),
    FLAK_FILES: files,
    FLAK_FILES_COMMAND: wishes.filesCommand ?? '',
    FLAK_FILES_MAX_STRING: String(wishes.filesMaxString ?? settings.filesMaxString),
    FLAK_FILES_ROTATE_BYTES: String(settings.filesRotateBytes),
    FLAK_FILES_CAP_BYTES: String(settings.filesCapBytes),
    ...(files === 'lines'
      ? { FLAK_FILES_DIR: TRACER_PATHS.lines, FLAK_FILES_ENDPOINT_DIR: TRACER_PATHS.filesEndpoint }
      : {}),
  };
}
