/** What one trace's second probe adds to the profile of one container. */
import { crossCheck } from './cross-check.ts';
import type { Mount } from './files/suggest.ts';
import { mergeFalco, profiledFiles } from './merge-probes.ts';
import type { ContributedFalco, ProfiledFalco, ProfiledFiles } from './profiled-probes.ts';
import type { RecordedReport } from './recording.ts';
import type { ProfiledCall } from './syscall-profile.ts';

export interface ContributedProbes {
  /** Names that Falco saw and the ledger did not. */
  readonly disagreements: readonly string[];
  /** Of a tracer that knows Falco. */
  readonly contributor: { readonly falco?: ContributedFalco };
  /** `falco` where it watched, `files` where they were asked for. */
  readonly revision: { readonly falco?: ProfiledFalco; readonly files?: ProfiledFiles };
}

type Container = { readonly name: string; readonly mounts?: readonly Mount[] };

export function probesOf(
  report: RecordedReport,
  container: Container,
  calls: readonly ProfiledCall[],
): ContributedProbes {
  const falco = falcoOf(report, container.name, calls);
  const files = filesOf(report, container);
  return {
    disagreements: falco?.onlyFalco ?? [],
    contributor: report.falco === undefined ? {} : { falco: faringOf(report.falco) },
    revision: { ...(falco && { falco }), ...(files && { files }) },
  };
}

function faringOf({
  state,
  version,
  readyAt,
  drops,
  gaps,
  gapsOmitted,
}: NonNullable<RecordedReport['falco']>): ContributedFalco {
  return { state, version, watched: readyAt !== null, drops, gaps: gaps.length + gapsOmitted };
}

/** One that never showed an event has nothing that could be compared, nor has a report that had no room for it. */
function falcoOf({ falco }: RecordedReport, name: string, calls: readonly ProfiledCall[]): ProfiledFalco | undefined {
  const row = falco?.calls.find(({ container }) => container === name);
  const compared = row !== undefined || (falco?.readyAt != null && falco.calls.length > 0);
  if (falco === undefined || !compared) return undefined;
  const { saw, onlyFalco, onlyLedger } = crossCheck(calls, row?.names ?? []);
  const agreement = { saw: [...saw], onlyFalco: [...onlyFalco], onlyLedger: [...onlyLedger], shed: falco.shed };
  // Within the bounds, and in order.
  return mergeFalco(agreement, agreement);
}

function filesOf({ files }: RecordedReport, { name, mounts = [] }: Container): ProfiledFiles | undefined {
  if (files === undefined) return undefined;
  const paths = files.containers.find(({ container }) => container === name)?.paths ?? [];
  // Whether this container's paths are folded is seen from them.
  const reasons = files.reasons.filter((reason) => reason !== 'paths-folded');
  return profiledFiles({ paths, reasons, mounts: mounts.map((mount) => ({ ...mount })) });
}
