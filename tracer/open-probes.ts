/** What stands beside the ledger on this node: Falco, and what is kept of the files it sees. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Configuration } from './configuration.ts';
import type { ContainerRoll } from './containers/roll.ts';
import { openFalco } from './falco/open-falco.ts';
import type { SecondProbe } from './falco/second-probe.ts';
import { openFileStore } from './files/file-store.ts';
import { createFiles, type Files, type FilesDeps } from './files/files.ts';
import { openSpool } from './files/spool.ts';
import type { Ending } from './run/decide.ts';

export interface Probes {
  readonly falco: SecondProbe;
  /** null where nobody wants to know of files. */
  readonly files: Files | null;
  /**
   * Ends what is left of them, and uploads what waits. Takes as long as the grace period leaves.
   * @param ending undefined where the tracer failed: a successor finds the lines
   */
  close(ending: Ending | undefined): Promise<void>;
}

export interface ProbesDeps {
  readonly configuration: Configuration;
  readonly roll: Pick<ContainerRoll, 'describe'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly onChange: () => void;
}

/** Lines that the store doesn't take in this time are given up: nobody waits for a tracer longer than for its target. */
const UPLOAD_MS = { longest: 20_000, shortest: 1_000, reserve: 5_000 } as const;

export function openProbes(deps: ProbesDeps): Probes {
  const { configuration, roll } = deps;
  const { podUid } = configuration.target;
  const files = filesOf(deps, () => falco.section().version);
  const describe: ContainerRoll['describe'] = (containerId) => roll.describe(containerId);
  const falco = openFalco(configuration.falco, { ...deps, podUid, describe, listener: files ?? undefined });
  return {
    falco,
    files,
    close: async (ending) => {
      await falco.close();
      const left = configuration.graceMs - UPLOAD_MS.reserve;
      const signal = AbortSignal.timeout(Math.min(UPLOAD_MS.longest, Math.max(UPLOAD_MS.shortest, left)));
      const over = ending === 'flushed' || ending === 'left';
      await files?.finish(over ? 'upload' : 'hand-over', signal);
    },
  };
}

function filesOf({ configuration, roll, ...deps }: ProbesDeps, falcoVersion: () => string | null): Files | null {
  if (configuration.files.wish === 'off') return null;
  return createFiles({
    ...deps,
    lines: configuration.files.wish === 'lines' ? linesOf(configuration) : null,
    containerName: (containerId) => roll.describe(containerId).name ?? undefined,
    falcoVersion,
  });
}

function linesOf({ files, target }: Configuration): FilesDeps['lines'] {
  const { endpointDir, root } = files;
  return {
    settings: files,
    openSpool: () => openSpool(join(root, target.podUid)),
    store: endpointDir === undefined ? undefined : openFileStore(endpointDir, target.podUid),
  };
}
